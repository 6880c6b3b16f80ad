--[[
  Notes a 429 and learns from it.

  It holds its chat; where several chats met one and nothing that was started after them was taken, it holds the whole
  bot. What was taken in the second before says what the true limit is.

    KEYS[1]         the bot's pace, as in reserve.lua, and of this script's own
                      c   refusals of the last seconds: by chat { start, 1 if the chat had no reason of its own }
                      e   the event of which the last 429s that held the bot were part: its first and last refused start,
                          the limit before it, when it ends, what was learned earlier, the least that may be
                          learned, whether it is sure that it was the bot's, and whether it counts as that
    KEYS[2]         the bot's penalty: when it ends
    KEYS[3]         the chat's penalty: when it ends
    KEYS[4]         the chat's pace, as in reserve.lua
    KEYS[5]         the doubt whether the bot is held: when it passes

    ARGV[1]         milliseconds that Telegram asks for
    ARGV[2]         the chat
    ARGV[3]         1 for a group
    ARGV[4]         the start of the refused call (0 for now), in milliseconds since 1970 on this clock
    ARGV[5]         that of the latest call that this worker knows to have been taken; 0 for none
    ARGV[6]         what the call cost, in messages
    ARGV[7]         chats that make it the bot's: so many, one of them without a reason of its own; or twice as many over
                    some time; or two, if one was tried to end a doubt
    ARGV[8]         milliseconds within which they count together
    ARGV[9]         messages that the bot may start in a second
    ARGV[10]        milliseconds in which a chat regains one message
    ARGV[11]        messages that a chat may get at once
    ARGV[12]        messages that a group may get in a minute
    ARGV[13]        1 if the refused call was to end a doubt
    ARGV[14]        milliseconds by which an arrival may be late

    Output          1 if the whole bot is held, else 0; and when that ends, in milliseconds since 1970 on this clock
]]
-- What is taken so long after a refusal's start contradicts that the bot is held: calls overtake each other.
local OVERTAKING_MS = 150
-- An earlier call of the chat was answered before this one was started, but may be counted from its answer on.
local SLACK_MS = 20
-- Chats that all have a reason of their own speak for the bot only over so long without anything being taken.
local LASTING_MS = 300
-- After a refusal others wait for one that is tried, for so long at most.
local DOUBT_MS = 5000
-- No rate is lowered under so many thousandths of its limit.
local LEAST_RATE = 100
-- A chat's distance grows so much (in thousandths) with a 429 that a burst doesn't explain, and to so much at most.
local SLOWER, SLOWEST = 1500, 16000
-- A group's 429 that asks for more than so many distances is about its minute.
local MINUTES_WAIT = 3
-- With fewer messages in a minute it can't be about that.
local FEWEST = 5

local wait, name, is_group = tonumber(ARGV[1]), ARGV[2], ARGV[3] == '1'
local start, taken, cost = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local several, within, bot_limit = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local regain = tonumber(ARGV[10])
local is_probe = ARGV[13] == '1'
local free = { burst = tonumber(ARGV[11]), regain = regain, free = regain, group = tonumber(ARGV[12]) }
local now = clock()
local is_known = start > 0
if not is_known then start = now end
local pace = load_pace(KEYS[1], now, { taken, start })
local chat = load_chat(KEYS[4], is_group, pace, now)

-- Takes a start out of a list, once for each message that it cost: Telegram didn't count what it refused.
local function forget(list, is_it)
  local left, gone = {}, 0
  for index = #list, 1, -1 do
    if is_known and gone < cost and is_it(list[index]) then gone = gone + 1 else table.insert(left, 1, list[index]) end
  end
  return left
end

pace.t = forget(pace.t, function(one) return math.floor(one / 2) == start end)
chat.starts = forget(chat.starts, function(one) return one == start end)

-- The chat's own messages before this one, and whether they may be what the 429 is about.
local others = {}
for _, at in ipairs(chat.starts) do
  if at <= start + SLACK_MS then others[#others + 1] = at end
end
local has_reason = #others >= FEWEST or #others > 0 and others[#others] > start - CHAT_RECENT_MS

local function hold(key)
  local ends = math.max(now + wait, tonumber(redis.call('GET', key) or 0))
  redis.call('SET', key, ends, 'PX', ends - now)
  return ends
end

-- Notes the refusal among those of the last seconds; whether they speak for the bot, and the first of their starts.
local function is_bots()
  pace.a = math.max(pace.a or 0, taken)
  local recent, without, all, first, last = {}, 0, 0, start, start
  -- What an event that is over was about is no evidence for another.
  local told = pace.e and now > pace.e.ends and pace.e.last or 0
  for other, noted in pairs(pace.c or {}) do
    local is_recent = noted[1] > now - within and noted[1] > math.max(pace.a - OVERTAKING_MS, told)
    if other ~= name and is_recent then recent[other] = noted end
  end
  if start > pace.a - OVERTAKING_MS then recent[name] = { start, has_reason and 0 or 1 } end
  for _, noted in pairs(recent) do
    all, without, first = all + 1, without + noted[2], math.min(first, noted[1])
    last = math.max(last, noted[1])
  end
  pace.c, pace.o = recent, first - SECOND
  local is_wide = all >= several and without > 0 or all >= 2 * several and last - first >= LASTING_MS
  -- Refused in another chat, after a first refusal was known and nothing else was tried: that is no coincidence.
  is_wide = is_wide or is_probe and (all >= several or all > 1 and not has_reason)
  return is_wide, first, all >= several
end

-- The event that this refusal is part of.
local function note_event(first, ends, is_sure)
  local event = pace.e
  if not event or now > event.ends then
    event = {
      first = first,
      last = start,
      before = bot_limit_at(pace, bot_limit, now),
      ends = ends,
      earlier = pace.q,
      least = math.max(1, math.floor(bot_limit * LEAST_RATE / 1000)),
    }
  end
  event.first, event.last, event.ends = math.min(event.first, first), math.max(event.last, start), math.max(event.ends, ends)
  event.is_sure = event.is_sure or is_sure
  pace.e = event
  learn_rate(pace, now)
  local left = {}
  for _, one in ipairs(pace.g or {}) do
    if not event.counts or one[3][4] < event.first then left[#left + 1] = one end
  end
  pace.g = left
end

-- What the chat takes, from how its last messages lay: either no more at once, or not so fast.
local function learn_chat(others)
  local rules = tightened(usual_rules(pace, free, is_group, now), chat.learned, now)
  local burst, group, factor = rules.burst, rules.group, rules.regain * 1000 / rules.free
  local previous = others[#others]
  if is_group and wait > MINUTES_WAIT * rules.regain and #others >= FEWEST then
    group = math.min(group, #others)
  elseif start - previous < rules.regain * 0.9 then
    local together = 1
    while together < #others and others[#others - together] > start - rules.regain do together = together + 1 end
    burst = math.max(1, math.min(burst - 1, together))
  else
    burst, factor = 1, math.min(SLOWEST, factor * SLOWER / 1000)
  end
  chat.learned = { burst, factor, group, now }
  local alike = {}
  for _, one in ipairs(pace.g or {}) do
    if one[1] ~= name then alike[#alike + 1] = one end
  end
  alike[#alike + 1] = { name, is_group, chat.learned }
  local kind = 0
  for index = #alike, 1, -1 do
    if alike[index][2] == is_group then
      kind = kind + 1
      if kind > LIKE_CHATS then table.remove(alike, index) end
    end
  end
  pace.g = alike
end

local ends, is_bot = hold(KEYS[3]), 0
local is_wide, first, is_suspect = is_bots()
local bot_ends = tonumber(redis.call('GET', KEYS[2]) or 0)
local is_event = is_wide or is_suspect or bot_ends > now and pace.e and pace.e.ends == bot_ends
if is_event then
  is_bot, ends = 1, hold(KEYS[2])
  redis.call('DEL', KEYS[5])
  note_event(first, ends, is_wide)
elseif start > pace.a - OVERTAKING_MS then
  local doubt = math.min(wait, DOUBT_MS)
  redis.call('SET', KEYS[5], now + doubt, 'PX', doubt)
  pace.b = now
end
local is_blind = has_lost(pace, start, is_group and MINUTE or CHAT_RECENT_MS)
if has_reason and not is_blind and not (is_event and pace.e.counts) then learn_chat(others) end
local rules = tightened(usual_rules(pace, free, is_group, now), chat.learned, now)
if is_event and pace.e.counts then
  chat.full = chat.full - cost * rules.regain
else
  -- When the penalty is over the chat takes one message, however long that was.
  chat.full = math.max(chat.full, ends + (rules.burst - 1) * rules.regain - tonumber(ARGV[14]))
end
store_chat(chat, is_group, now)
store_pace(KEYS[1], pace, now, wait)
return { is_bot, ends }
