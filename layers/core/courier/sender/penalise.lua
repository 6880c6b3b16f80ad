--[[
  Notes a 429: it holds its chat, and where several chats met one within a short time, the whole bot, whose rate it halves.

    KEYS[1]         the bot's pace, as in reserve.lua
    KEYS[2]         the bot's penalty: when it ends
    KEYS[3]         the chat's penalty: when it ends

    ARGV[1]         milliseconds that Telegram asks for
    ARGV[2]         the chat
    ARGV[3]         chats that make it the bot's
    ARGV[4]         milliseconds within which they count together

    Output          1 if the whole bot is held, else 0; and when that ends, in milliseconds since 1970 on this clock
]]
-- No rate is lowered under so many thousandths of its limit.
local LEAST_RATE = 100
-- A lowered rate regains so much (in thousandths) each so many milliseconds, as in reserve.lua.
local RATE_STEP, RATE_STEP_MS = 100, 10000

local wait, chat, several, within = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function hold(key)
  local ends = math.max(now + wait, tonumber(redis.call('GET', key) or 0))
  redis.call('SET', key, ends, 'PX', ends - now)
  return ends
end

local packed = redis.call('GET', KEYS[1])
local pace = packed and cmsgpack.unpack(packed) or { t = {} }
local recent, chats = {}, 0
for name, at in pairs(pace.c or {}) do
  if at > now - within then recent[name], chats = at, chats + 1 end
end
if not recent[chat] then chats = chats + 1 end
recent[chat] = now
pace.c = recent

local ends, is_bot = hold(KEYS[3]), 0
if chats >= several then
  is_bot, ends = 1, hold(KEYS[2])
  -- The 429s of one moment are one event: the calls in flight when it came all meet it.
  if not pace.fc or pace.fc < now - within then
    local recovered = pace.fc and RATE_STEP * math.floor((now - pace.fc) / RATE_STEP_MS) or 0
    pace.f = math.max(LEAST_RATE, math.floor(math.min(1000, (pace.f or 1000) + recovered) / 2))
    pace.fc = now
  end
end
redis.call('SET', KEYS[1], cmsgpack.pack(pace), 'PX', math.max(120000, wait + 120000))
return { is_bot, ends }
