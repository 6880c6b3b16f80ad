--[[
  What the scripts of the pace have in common: how keys are read, and what was learned of Telegram's true limits.

  It stands before each of them, and runs nothing by itself.
  Limits are learned downwards alone, from 429s (penalise.lua); what a bot's row names is never exceeded. What was learned is
  held for a while, then raised step by step until it is the configured limit again.
    the bot's        { messages in a second, since when, for how many milliseconds it is held }
    a chat's         { messages at once, thousandths of the configured distance, messages in a group's minute, since when }
]]
-- A learned limit of the bot regains so much of the configured one (in thousandths) each so many milliseconds.
local RATE_STEP, RATE_STEP_MS = 100, 10000
-- A learned limit of the bot is held so long, twice as long each time that it was raised and proves right, and for an hour
-- at most.
local HELD_MS, LONGEST_HELD_MS = 60000, 3600000
-- Where less than a third of the limit was taken, that can hardly have been the reason: halved, and raised soon.
local DOUBTED, DOUBTED_HELD_MS = 3, 10000
-- A bot that had so much of its rate (in thousandths) may have had too much, even if each chat has a reason of its own.
local FULL = 850
-- A limit that is met within so much of itself (in thousandths) is the same.
local SAME = 150
-- What was learned of a chat is held so long, then loosened each so many milliseconds: a message more at once and in a
-- group's minute, and a fifth less of the distance.
local CHAT_HELD_MS, CHAT_STEP_MS, CHAT_STEP = 120000, 60000, 0.8
-- Longer than that nothing is remembered of a chat.
local CHAT_LEARNED_MS = 600000
-- Private chats' starts are remembered so long, and so many of them: enough to tell what a 429 was for.
local CHAT_RECENT_MS, CHAT_RECENT = 5000, 6
-- Starts older than a second are remembered so long, since a 429 comes after its call's start.
local STARTS_RECENT_MS = 2500
-- After a 429 they are kept until it is clear whose it was.
local SUSPECT_MS = 10000
-- So many chats of one kind that met a 429 of their own speak for all of it.
local LIKE_CHATS = 3
local SECOND, MINUTE = 1000, 60000

local function load(key)
  local packed = redis.call('GET', key)
  return packed and cmsgpack.unpack(packed) or nil
end

-- A bot's pace. `known` are starts that the worker knows of: where one was made in the second before Redis began to keep
-- this pace, Redis has lost its data, and what it counts of that time is too little to learn from.
local function load_pace(key, now, known)
  local pace = load(key) or { t = {}, s = now }
  for _, start in ipairs(known) do
    if pace.s and start < pace.s and start > pace.s - SECOND then pace.l = pace.s end
  end
  return pace
end

-- Whether starts within so many milliseconds before `at` may have been lost.
local function has_lost(pace, at, within)
  return pace.l ~= nil and at - within < pace.l
end

local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Messages that the bot may start in a second.
local function bot_limit_at(pace, configured, now)
  local learned = pace.q
  if not learned then return configured end
  local loose, limit = now - learned[2] - learned[3], learned[1]
  if loose >= 0 then
    limit = limit + math.max(1, math.floor(configured * RATE_STEP / 1000)) * (1 + math.floor(loose / RATE_STEP_MS))
  end
  return math.max(1, math.min(configured, limit))
end

-- Messages that were taken in the second before the first of some refusals, and until the last.
local function taken_until(pace, first, last)
  local count = 0
  for _, start in ipairs(pace.t) do
    local at = math.floor(start / 2)
    if at > first - SECOND and at <= last then count = count + 1 end
  end
  return count
end

-- What a bot's 429s say of its limit: what was taken in the second before the first refusal. Told again whenever more is
-- known of the same event: refusals that come later, starts that weren't made.
local function learn_rate(pace, now)
  local before, earlier, held = pace.e.before, pace.e.earlier, HELD_MS
  local met = taken_until(pace, pace.e.first, pace.e.last)
  pace.e.counts = pace.e.is_sure or met * 1000 >= FULL * before
  if not pace.e.counts then
    -- Chats that were each too fast, as it turns out: the bot rested for nothing, and keeps its rate.
    pace.q = earlier or nil
    return
  end
  if has_lost(pace, pace.e.first, SECOND) then
    pace.q = earlier or nil
    return
  end
  if met * DOUBTED < before then
    met, held = math.floor(before / 2), DOUBTED_HELD_MS
  elseif earlier and pace.e.first > earlier[2] + earlier[3] and math.abs(met - earlier[1]) * 1000 <= SAME * earlier[1]
  then
    held = math.min(LONGEST_HELD_MS, earlier[3] * 2)
  end
  pace.q = { math.max(pace.e.least, math.min(met, before - 1)), now, held }
end

-- A chat's rules { burst, regain, group } under what was learned of it, or of chats like it.
local function tightened(rules, learned, now)
  if not learned then return rules end
  local loose = now - learned[4] - CHAT_HELD_MS
  local steps = loose >= 0 and 1 + math.floor(loose / CHAT_STEP_MS) or 0
  local factor = math.max(1000, learned[2] * CHAT_STEP ^ steps)
  return {
    burst = math.min(rules.burst, learned[1] + steps),
    regain = math.max(rules.regain, math.floor(rules.free * factor / 1000)),
    group = math.min(rules.group, learned[3] + steps),
    free = rules.free,
  }
end

-- What holds for a chat of which nothing is known: the mildest of what was learned of three others of its kind.
local function usual_rules(pace, free, is_group, now)
  local burst, factor, group, at, seen = 0, math.huge, 0, math.huge, 0
  for _, one in ipairs(pace.g or {}) do
    if one[2] == is_group then
      seen, at = seen + 1, math.min(at, one[3][4])
      burst, factor, group = math.max(burst, one[3][1]), math.min(factor, one[3][2]), math.max(group, one[3][3])
    end
  end
  if seen < LIKE_CHATS then return free end
  return tightened(free, { burst, factor, group, at }, now)
end

-- A chat's key: when its bucket is full again, what was learned of it (false for nothing), and its recent starts.
local function load_chat(key, is_group, pace, now)
  local stored = load(key) or { 0, false }
  local chat = { key = key, full = stored[1], learned = stored[2], starts = {} }
  -- What a chat seemed to say while it was the bot that was held is void.
  local event = pace.e
  local at = chat.learned and chat.learned[4]
  if at and event and event.counts and at >= event.first and at <= event.ends then chat.learned = false end
  local recent = now - (is_group and MINUTE + 1000 or CHAT_RECENT_MS)
  for i = 3, #stored do
    if stored[i] > recent then chat.starts[#chat.starts + 1] = stored[i] end
  end
  return chat
end

local function store_chat(chat, is_group, now)
  if not is_group then
    while #chat.starts > CHAT_RECENT do table.remove(chat.starts, 1) end
  end
  local last = chat.starts[#chat.starts]
  local life = math.max(chat.full - now, last and last + (is_group and MINUTE or CHAT_RECENT_MS) - now or 0)
  if chat.learned then life = math.max(life, chat.learned[4] + CHAT_LEARNED_MS - now) end
  redis.call('SET', chat.key, cmsgpack.pack({ chat.full, chat.learned, unpack(chat.starts) }), 'PX', life + 1000)
end

-- A bot's pace lives until all that it says has passed; `longer` is what is still to come.
local function store_pace(key, pace, now, longer)
  local life = 120000
  if pace.q then life = math.max(life, pace.q[2] + 2 * pace.q[3] + 600000 - now) end
  redis.call('SET', key, cmsgpack.pack(pace), 'PX', life + (longer or 0))
end
