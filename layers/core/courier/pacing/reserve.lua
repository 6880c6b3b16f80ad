--[[
  Reserves a start for each message of a batch: bot window, chat, group, penalty and lane in one step.

  Windows are exact: no stretch of a second (a minute for groups) holds more starts than its limit, with a late arrival
  allowed for. A message that can't start within its allowance takes nothing, and those behind it in its chain (the
  messages of one message group) wait with it.

    KEYS[1]         the bot's pace: cmsgpack map of
                      t   starts, sorted: milliseconds since 1970 times 2, plus 1 for the broadcast lane
                      r   when the regular lane last started something
                      n   regular starts since the last broadcast
                      w   until when the broadcast lane is known to wait
                      q   the limit that was learned; see shared.lua             (written by penalise.lua)
                      g   what was lately learned of chats: { chat, what }, ...  (written by penalise.lua)
                      a   the latest start that is known to have been taken
                      o   since when starts are kept, to judge a 429 by them     (written by penalise.lua)
                      s   since when this pace is kept, and l the same if starts before it are lost
                      c, e                                                       (penalise.lua's alone)
                      d   when the last call was started that is to end a doubt, and b when that began
    KEYS[2]         the bot's penalty: when it ends
    KEYS[3]         the doubt whether the bot is held, see penalise.lua: when it passes
    KEYS[4..]       two for each chat: its pace, see load_chat in shared.lua; and its penalty

    ARGV[1]         lane: 0 regular, 1 broadcast
    ARGV[2]         milliseconds by which an arrival may be late
    ARGV[3]         messages that the bot may start in a second
    ARGV[4]         milliseconds in which a chat regains one message
    ARGV[5]         messages that a chat may get at once
    ARGV[6]         messages that a group may get in a minute
    ARGV[7]         milliseconds that a message of the regular lane may wait for the bot's rate
    ARGV[8]         milliseconds that a chain may wait for its chats
    ARGV[9]         milliseconds from one start to the next in one chain: what a call takes
    ARGV[10]        the latest start that this worker knows Telegram to have taken, in milliseconds since 1970 on this
                    clock; 0 for none
    ARGV[11..]      five for each message: its chat (1 is that of KEYS[4]), 1 for a group and 2 for what is under no
                    chat's limits but its penalties, its chain, its cost in messages (0 spends nothing), and the start
                    that it was given before and missed (0 for none), which is given back

    Output          milliseconds since 1970 on this clock, then two for each message: what it waits for (0 nothing, it
                    is reserved; 1 its chat, 2 the bot's rate, 3 its chat's penalty, 4 the bot's penalty, 5 the end
                    of a doubt; 6 nothing, and it is the call that ends the doubt), and milliseconds from now
]]
-- The regular lane's share while broadcasts wait, in thousandths.
local REGULAR_SHARE = 950
-- Regular starts in a row after which a broadcast that waits gets one, where the share of one message is none.
local REGULAR_RUN = 9
-- A broadcast that finds no room is remembered so long, and asks again well within it.
local BROADCAST_WAITS = 2000
-- Broadcasts go in portions of a second, so that a reply never finds a window that is full and will be for a second: in
-- finer ones while the regular lane was busy so lately, else in such as a batch fills.
local REGULAR_RECENT, FINE, COARSE = 10000, 10, 3
-- What a broadcast may be ahead of the present.
local PRESENT = 5
-- Between two calls that are to end a doubt lies so much more than a call takes.
local DOUBT_PAUSE = 30
-- So long after a doubt began, any chat is good enough.
local DOUBT_CHOICE = 300
-- Until then it looks again each so many milliseconds whether the doubt has ended.
local DOUBT_LOOK = 100
local RESERVED, CHAT, RATE, CHAT_PENALTY, BOT_PENALTY, DOUBT, PROBE = 0, 1, 2, 3, 4, 5, 6

local lane, jitter, bot_limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local regain, burst, group_limit = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local rate_wait, chat_wait, call_time = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local second, minute = SECOND + jitter, MINUTE + jitter

local now = clock()
local pace = load_pace(KEYS[1], now, { tonumber(ARGV[10]) })
bot_limit = bot_limit_at(pace, bot_limit, now)
pace.a = math.max(pace.a or 0, tonumber(ARGV[10]))

local all, lanes, past = {}, { [0] = {}, [1] = {} }, {}
for _, start in ipairs(pace.t) do
  local at = math.floor(start / 2)
  if at > now - second then
    all[#all + 1] = at
    local own = lanes[start % 2]
    own[#own + 1] = at
  elseif at > now - STARTS_RECENT_MS or pace.o and at > pace.o and now < pace.o + SUSPECT_MS then
    past[#past + 1] = start
  end
end

-- When a start at `at` would first be worth trying again; nil if `count` starts fit in there.
local function refused(starts, at, limit, span, count)
  local first, size = 1, #starts
  while first <= size and starts[first] <= at - span do first = first + 1 end
  local last = first - 1
  while last < size and starts[last + 1] <= at do last = last + 1 end
  local over = last - first + 1 + count - limit
  if over > 0 then return (starts[first + over - 1] or at) + span end
  for later = last + 1, size do
    if starts[later] >= at + span then return nil end
    while starts[first] <= starts[later] - span do first = first + 1 end
    if later - first + 1 + count > limit then return starts[later] + 1 end
  end
  return nil
end

local regular_limit = math.min(bot_limit - 1, math.floor(bot_limit * REGULAR_SHARE / 1000))
-- Where one message is the whole rate, the regular lane leaves one in ten instead.
if bot_limit == 1 and (pace.n or 0) < REGULAR_RUN then regular_limit = 1 end
local portions = (pace.r or 0) > now - REGULAR_RECENT and FINE or COARSE
local portion = math.ceil(bot_limit / portions)

local function room(at, count)
  while true do
    local again = refused(all, at, bot_limit, second, math.min(count, bot_limit))
    if not again and lane == 0 and (pace.w or 0) > now then
      if regular_limit == 0 then return at + rate_wait + second end
      again = refused(lanes[0], at, regular_limit, second, math.min(count, regular_limit))
    elseif not again and lane == 1 then
      again = refused(lanes[1], at, portion, math.ceil(second / portions), math.min(count, portion))
    end
    if not again then return at end
    at = again
  end
end

local function insert(starts, at)
  local position = #starts + 1
  while position > 1 and starts[position - 1] > at do position = position - 1 end
  table.insert(starts, position, at)
end

local bot_penalty = tonumber(redis.call('GET', KEYS[2]) or 0)
local is_doubted = tonumber(redis.call('GET', KEYS[3]) or 0) > now
local is_doubted_long = is_doubted and now > (pace.b or 0) + DOUBT_CHOICE
local chats, chains, output = {}, {}, { now }

-- What holds for chats of which nothing is known, where several others met a 429 of their own lately.
local free = { burst = burst, regain = regain, free = regain, group = group_limit }
local usual = { [false] = usual_rules(pace, free, false, now), [true] = usual_rules(pace, free, true, now) }

local function chat_of(index, kind)
  if not chats[index] then
    local chat = kind == '2' and { is_free = true } or load_chat(KEYS[2 + 2 * index], kind == '1', pace, now)
    chat.penalty = tonumber(redis.call('GET', KEYS[3 + 2 * index]) or 0)
    if not chat.is_free then
      chat.is_group = kind == '1'
      chat.rules = tightened(usual[chat.is_group], chat.learned, now)
      chat.tolerance = (chat.rules.burst - 1) * chat.rules.regain - jitter
    end
    chats[index] = chat
  end
  return chats[index]
end

-- When the chat takes `count` more messages.
local function chat_ready(chat, count)
  local rules = chat.rules
  -- What costs more than the chat may get at once needs a full bucket, and leaves a debt.
  local ready = chat.full - chat.tolerance + (math.min(count, rules.burst) - 1) * rules.regain
  if chat.is_group then
    local over = #chat.starts + math.min(count, rules.group) - rules.group
    if over > 0 then ready = math.max(ready, chat.starts[over] + minute) end
  end
  return ready
end

local function take(chat, count, at)
  local is_bound = count > 0 and not chat.is_free
  if is_bound then
    chat.full = math.max(chat.full, at) + count * chat.rules.regain
    chat.changed = true
  end
  for _ = 1, count do
    if is_bound then chat.starts[#chat.starts + 1] = math.max(at, chat.starts[#chat.starts] or 0) end
    insert(all, at)
    insert(lanes[lane], at)
  end
end

local function remove(starts, at)
  for position = #starts, 1, -1 do
    if starts[position] == at then return table.remove(starts, position) end
  end
end

-- A start that was never made counts for nothing.
local function give_back(chat, count, at)
  for _ = 1, count do
    if not remove(all, at) then return end
    remove(lanes[lane], at)
    if not chat.is_free and remove(chat.starts, at) then
      chat.full, chat.changed = chat.full - chat.rules.regain, true
    end
  end
end

local function place(chat, chain, count)
  if bot_penalty > now then return BOT_PENALTY, bot_penalty end
  if chat.penalty > now then return CHAT_PENALTY, chat.penalty end
  -- While it is in doubt whether the bot is held, one call at a time finds out.
  if is_doubted and count > 0 then
    local again = (pace.d or 0) + call_time + DOUBT_PAUSE
    if again > now then return DOUBT, again end
    -- In a chat that had a message lately a refusal would say little.
    if not chat.is_free and #chat.starts > 0 and not is_doubted_long then return DOUBT, now + DOUBT_LOOK end
  end
  local earliest = chain.last and chain.last + call_time or now
  local ready = math.max(earliest, count > 0 and not chat.is_free and chat_ready(chat, count) or now)
  if chain.waited + ready - earliest > chat_wait then return CHAT, ready end
  local at = room(ready, count)
  if lane == 0 and at - ready > rate_wait or lane == 1 and at - now > PRESENT then return RATE, at end
  chain.last, chain.waited = at, chain.waited + ready - earliest
  return RESERVED, at
end

for index = 11, #ARGV, 5 do
  local missed = tonumber(ARGV[index + 4])
  if missed > 0 then give_back(chat_of(tonumber(ARGV[index]), ARGV[index + 1]), tonumber(ARGV[index + 3]), missed) end
end

for index = 11, #ARGV, 5 do
  local chat = chat_of(tonumber(ARGV[index]), ARGV[index + 1])
  local chain_index, count = tonumber(ARGV[index + 2]), tonumber(ARGV[index + 3])
  local chain = chains[chain_index] or { waited = 0 }
  chains[chain_index] = chain
  if not chain.why then
    local why, at = place(chat, chain, count)
    if why == RESERVED then take(chat, count, at) else chain.why = why end
    if why == RATE and lane == 1 then pace.w = now + BROADCAST_WAITS end
    if why == RESERVED and lane == 0 then pace.r, pace.n = at, (pace.n or 0) + count end
    if why == RESERVED and lane == 1 then pace.n = 0 end
    chain.at, chain.got = at, RESERVED
    if why == RESERVED and is_doubted and count > 0 then pace.d, chain.got = at, PROBE end
  end
  output[#output + 1] = chain.why or chain.got
  output[#output + 1] = math.max(0, chain.at - now)
end

-- Lanes were kept apart to be counted; they are stored together.
local starts = past
for own = 0, 1 do
  for _, at in ipairs(lanes[own]) do starts[#starts + 1] = at * 2 + own end
end
table.sort(starts)
pace.t = starts
store_pace(KEYS[1], pace, now)
for _, chat in pairs(chats) do
  if chat.changed then store_chat(chat, chat.is_group, now) end
end
return output
