--[[
  Corrects reservations of calls that arrived late, and takes back those of calls that were never made.

  Windows are counted from when Telegram got a call.

    KEYS[1]         the bot's pace, as in reserve.lua
    KEYS[2..]       the chats' paces, as in reserve.lua

    ARGV[1]         lane: 0 regular, 1 broadcast
    ARGV[2..]       four for each call: its chat (1 is that of KEYS[2], 0 for none), its cost in messages, the start that was
                    reserved, and the latest moment at which it can have arrived (milliseconds since 1970); 0 for one that
                    wasn't made

    Output          the number of messages that were named
]]
local lane, moved = tonumber(ARGV[1]), 0

-- Moves starts of a list, or takes them out, one for each message of a call; the list is sorted again by who stores it.
local function move(starts, count, from, to)
  local found = 0
  for index = #starts, 1, -1 do
    if found < count and starts[index] == from then
      found = found + 1
      if to then starts[index] = to else table.remove(starts, index) end
    end
  end
  -- What was forgotten since counts from when it arrived.
  if to and found < count then
    for _ = found + 1, count do starts[#starts + 1] = to end
  end
  return found
end

-- Stores what was moved, for as much longer as it was moved.
local function store(key, value, longer)
  redis.call('SET', key, cmsgpack.pack(value), 'PX', math.max(1, redis.call('PTTL', key)) + longer)
end

local pace, chats, longest = load(KEYS[1]), {}, 0
for index = 2, #ARGV, 4 do
  local number, cost = tonumber(ARGV[index]), tonumber(ARGV[index + 1])
  local reserved, arrived = tonumber(ARGV[index + 2]), tonumber(ARGV[index + 3])
  local is_made = arrived > 0
  longest = math.max(longest, arrived - reserved)
  if pace then
    move(pace.t, cost, reserved * 2 + lane, is_made and arrived * 2 + lane)
    moved = moved + cost
  end
  local chat = number > 0 and (chats[number] or load(KEYS[1 + number]))
  if chat then
    local full, learned = table.remove(chat, 1), table.remove(chat, 1)
    move(chat, cost, reserved, is_made and arrived)
    if is_made then full = full + arrived - reserved end
    table.sort(chat)
    table.insert(chat, 1, learned)
    table.insert(chat, 1, full)
    chats[number] = chat
  end
end

if moved > 0 then
  table.sort(pace.t)
  local now = clock()
  if pace.e and pace.q and now <= pace.e.ends then learn_rate(pace, now) end
  store(KEYS[1], pace, 0)
end
for number, chat in pairs(chats) do store(KEYS[1 + number], chat, longest) end
return moved
