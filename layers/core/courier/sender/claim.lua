--[[
  Claims the messages of a batch: which of them were sent before, and which are another's twin.

    KEYS[1..]       three for each message: its mark, a hash of
                      s   how it ended, written by settle.lua
                      n   calls that Telegram was sent for it
                      p   what was sent of a message that is sent in parts, written by settle.lua
                      u   claims that nothing was heard of since, and c when the last claim was made
                    then who owns its external id ("o|owner", after it was sent "s|owner|result"), and where its chat
                    has moved to; the mark again for a message that has none, or whose chat can't move

    ARGV[1]         milliseconds that marks live
    ARGV[2]         milliseconds that an owner is believed in while nothing is decided
    ARGV[3]         milliseconds in which a message whose worker died can't have come back: an earlier claim is the same
                    attempt, whose answer was lost or which was given back without a word
    ARGV[4..]       each message's owner: its SQS id

    Output          a JSON array, since one text is read much faster than sixty, of six for each message: 0 to be tried,
                    1 it ended before, 2 its twin was delivered, 3 its twin is undecided; the end, or the twin's result,
                    else ''; calls so far; what was sent of it, else ''; unheard claims, this one included; its chat's
                    new id, else ''
]]
local life, undecided, gone, output = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), {}
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local TRY, ENDED, DELIVERED_TWIN, UNDECIDED_TWIN = 0, 1, 2, 3

local function claim(mark, external, owner)
  local known = redis.call('HMGET', mark, 's', 'n', 'p', 'u', 'c')
  local calls, parts = tonumber(known[2] or 0), known[3] or ''
  if known[1] then return ENDED, known[1], calls, parts, 0 end
  if external ~= mark then
    local holder = redis.call('GET', external) or 'o|' .. owner
    if holder ~= 'o|' .. owner then
      local result = string.match(holder, '^s|[^|]*|(.*)$')
      if result then return DELIVERED_TWIN, result, calls, parts, 0 end
      return UNDECIDED_TWIN, '', calls, parts, 0
    end
    redis.call('SET', external, holder, 'PX', undecided)
  end
  local unheard = tonumber(known[4] or 0)
  if unheard == 0 or now - tonumber(known[5] or 0) >= gone then unheard = redis.call('HINCRBY', mark, 'u', 1) end
  redis.call('HSET', mark, 'c', now)
  redis.call('PEXPIRE', mark, life)
  return TRY, '', calls, parts, unheard
end

for index = 1, #KEYS, 3 do
  local mark, moved = KEYS[index], KEYS[index + 2]
  local verdict, result, calls, parts, unheard = claim(mark, KEYS[index + 1], ARGV[4 + (index - 1) / 3])
  local chat = moved ~= mark and redis.call('GET', moved) or ''
  for _, value in ipairs({ verdict, result, calls, parts, unheard, chat }) do output[#output + 1] = value end
end
return cjson.encode(output)
