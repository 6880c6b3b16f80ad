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
                      f   rate in thousandths of the limit, and since when: fc   (written by penalise.lua)
                      c   chats that met a 429 lately                            (written by penalise.lua)
    KEYS[2]         the bot's penalty: when it ends
    KEYS[3..]       two for each chat: its pace, a cmsgpack array of when its bucket is full again and, for a group, its
                    starts; and its penalty

    ARGV[1]         lane: 0 regular, 1 broadcast
    ARGV[2]         messages that the bot may start in a second
    ARGV[3]         milliseconds by which an arrival may be late
    ARGV[4]         milliseconds in which a chat regains one message
    ARGV[5]         messages that a chat may get at once
    ARGV[6]         messages that a group may get in a minute
    ARGV[7]         milliseconds that a message of the regular lane may wait for the bot's rate
    ARGV[8]         milliseconds that a chain may wait for its chats
    ARGV[9]         milliseconds from one start to the next in one chain: what a call takes
    ARGV[10..]      four for each message: its chat (1 is that of KEYS[3], 0 for none), 1 for a group, its chain, its cost
                    in messages (0 spends nothing)

    Output          milliseconds since 1970 on this clock, then two for each message: what it waits for (0 nothing, it
                    is reserved; 1 its chat, 2 the bot's rate, 3 its chat's penalty, 4 the bot's penalty), and
                    milliseconds from now
]]
local SECOND, MINUTE = 1000, 60000
-- The regular lane's share while broadcasts wait, in thousandths.
local REGULAR_SHARE = 950
-- Regular starts in a row after which a broadcast that waits gets one, where the share of one message is none.
local REGULAR_RUN = 9
-- A broadcast that finds no room is remembered so long, and asks again well within it.
local BROADCAST_WAITS = 2000
-- While the regular lane was busy so lately, broadcasts go in portions, so that a reply finds room soon.
local REGULAR_RECENT, PORTIONS = 10000, 10
-- A lowered rate regains so much (in thousandths) each so many milliseconds.
local RATE_STEP, RATE_STEP_MS = 100, 10000
-- What a broadcast may be ahead of the present.
local PRESENT = 5
-- Longer than any start is remembered, and than a lowered rate takes to recover.
local PACE_LIFE = 120000
local RESERVED, CHAT, RATE, CHAT_PENALTY, BOT_PENALTY = 0, 1, 2, 3, 4

local lane, bot_limit, jitter = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local regain, burst, group_limit = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local rate_wait, chat_wait, call_time = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local second, minute = SECOND + jitter, MINUTE + jitter
local tolerance = math.max(0, (burst - 1) * regain - jitter)

local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function load(key)
  local packed = redis.call('GET', key)
  return packed and cmsgpack.unpack(packed) or nil
end

local pace = load(KEYS[1]) or { t = {} }
local factor = pace.f or 1000
if pace.fc then factor = math.min(1000, factor + RATE_STEP * math.floor((now - pace.fc) / RATE_STEP_MS)) end
bot_limit = math.max(1, math.floor(bot_limit * factor / 1000))

local all, lanes = {}, { [0] = {}, [1] = {} }
for _, start in ipairs(pace.t) do
  local at = math.floor(start / 2)
  if at > now - second then
    all[#all + 1] = at
    local own = lanes[start % 2]
    own[#own + 1] = at
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
local portion = math.ceil(bot_limit / PORTIONS)

local function room(at, count)
  while true do
    local again = refused(all, at, bot_limit, second, math.min(count, bot_limit))
    if not again and lane == 0 and (pace.w or 0) > now then
      if regular_limit == 0 then return at + rate_wait + second end
      again = refused(lanes[0], at, regular_limit, second, math.min(count, regular_limit))
    elseif not again and lane == 1 and (pace.r or 0) > now - REGULAR_RECENT then
      again = refused(lanes[1], at, portion, math.ceil(second / PORTIONS), math.min(count, portion))
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
local chats, chains, output = {}, {}, { now }

local function chat_of(index)
  if index == 0 then return nil end
  if not chats[index] then
    local key = KEYS[1 + 2 * index]
    local stored = load(key) or { 0 }
    local chat = { key = key, full = stored[1], starts = {} }
    for i = 2, #stored do
      if stored[i] > now - minute then chat.starts[#chat.starts + 1] = stored[i] end
    end
    chat.penalty = tonumber(redis.call('GET', KEYS[2 + 2 * index]) or 0)
    chats[index] = chat
  end
  return chats[index]
end

-- When the chat takes `count` more messages.
local function chat_ready(chat, is_group, count)
  -- What costs more than the chat may get at once needs a full bucket, and leaves a debt.
  local ready = chat.full - tolerance + (math.min(count, burst) - 1) * regain
  if is_group then
    local over = #chat.starts + math.min(count, group_limit) - group_limit
    if over > 0 then ready = math.max(ready, chat.starts[over] + minute) end
  end
  return ready
end

local function take(chat, is_group, count, at)
  if chat then
    chat.full = math.max(chat.full, at) + count * regain
    chat.changed = true
  end
  for _ = 1, count do
    if chat and is_group then chat.starts[#chat.starts + 1] = math.max(at, chat.starts[#chat.starts] or 0) end
    insert(all, at)
    insert(lanes[lane], at)
  end
end

local function place(chat, is_group, chain, count)
  if bot_penalty > now then return BOT_PENALTY, bot_penalty end
  if chat and chat.penalty > now then return CHAT_PENALTY, chat.penalty end
  local free = chain.last and chain.last + call_time or now
  local ready = math.max(free, chat and chat_ready(chat, is_group, count) or now)
  if chain.waited + ready - free > chat_wait then return CHAT, ready end
  local at = room(ready, count)
  if lane == 0 and at - ready > rate_wait or lane == 1 and at - now > PRESENT then return RATE, at end
  chain.last, chain.waited = at, chain.waited + ready - free
  return RESERVED, at
end

for index = 10, #ARGV, 4 do
  local chat, is_group = chat_of(tonumber(ARGV[index])), ARGV[index + 1] == '1'
  local chain_index, count = tonumber(ARGV[index + 2]), tonumber(ARGV[index + 3])
  local chain = chains[chain_index] or { waited = 0 }
  chains[chain_index] = chain
  if not chain.why then
    local why, at = place(chat, is_group, chain, count)
    if why == RESERVED then take(chat, is_group, count, at) else chain.why = why end
    if why == RATE and lane == 1 then pace.w = now + BROADCAST_WAITS end
    if why == RESERVED and lane == 0 then pace.r, pace.n = at, (pace.n or 0) + count end
    if why == RESERVED and lane == 1 then pace.n = 0 end
    chain.at = at
  end
  output[#output + 1] = chain.why or RESERVED
  output[#output + 1] = math.max(0, chain.at - now)
end

-- Lanes were kept apart to be counted; they are stored together.
local starts = {}
for own = 0, 1 do
  for _, at in ipairs(lanes[own]) do starts[#starts + 1] = at * 2 + own end
end
table.sort(starts)
pace.t = starts
redis.call('SET', KEYS[1], cmsgpack.pack(pace), 'PX', PACE_LIFE)
for _, chat in pairs(chats) do
  if chat.changed then
    local last = chat.starts[#chat.starts]
    local life = math.max(chat.full - now, last and last + minute - now or 0) + 1000
    redis.call('SET', chat.key, cmsgpack.pack({ chat.full, unpack(chat.starts) }), 'PX', life)
  end
end
return output
