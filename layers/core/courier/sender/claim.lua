--[[
  Claims the messages of a batch: which of them were sent before, and which are another's twin.

    KEYS[1..]       two for each message: its mark, a hash of
                      s   how it ended, written by settle.lua
                      n   calls that Telegram was sent for it
                      u   claims that nothing was heard of since
                    and who owns its external id ("o|owner", after it was sent "s|owner|result"); the mark again if it
                    has none

    ARGV[1]         milliseconds that marks live
    ARGV[2..]       each message's owner: its SQS id

    Output          four for each message: 0 to be tried, 1 it ended before, 2 its twin was delivered, 3 its twin is
                    undecided; the end, or the twin's result, else ''; calls so far; unheard claims, this one included
]]
local life, output = tonumber(ARGV[1]), {}
local TRY, ENDED, DELIVERED_TWIN, UNDECIDED_TWIN = 0, 1, 2, 3

local function claim(mark, external, owner)
  local known = redis.call('HMGET', mark, 's', 'n')
  local calls = tonumber(known[2] or 0)
  if known[1] then return ENDED, known[1], calls, 0 end
  if external ~= mark then
    local holder = redis.call('GET', external) or 'o|' .. owner
    if holder ~= 'o|' .. owner then
      local result = string.match(holder, '^s|[^|]*|(.*)$')
      if result then return DELIVERED_TWIN, result, calls, 0 end
      return UNDECIDED_TWIN, '', calls, 0
    end
    redis.call('SET', external, holder, 'PX', life)
  end
  local unheard = redis.call('HINCRBY', mark, 'u', 1)
  redis.call('PEXPIRE', mark, life)
  return TRY, '', calls, unheard
end

for index = 1, #KEYS, 2 do
  local verdict, result, calls, unheard = claim(KEYS[index], KEYS[index + 1], ARGV[2 + (index - 1) / 2])
  for _, value in ipairs({ verdict, result, calls, unheard }) do output[#output + 1] = value end
end
return output
