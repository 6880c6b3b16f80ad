--[[
  Records what became of attempts at messages.

    KEYS[1..]       two for each message: its mark (see begin.lua), and who owns its external id (see claim.lua; the
                    mark again where it has none)

    ARGV[1]         milliseconds that marks live
    ARGV[2..]       three for each message: its owner; what became of it; what belongs to that:
                      sent, failed   it ended for good: how
                      part           one of its parts was sent: what was sent so far
                      retry          a call was made in vain: ''
                      start          an attempt at a message in quarantine begins: unfinished attempts before it
                      defer          it went back to its queue without a call: unfinished attempts before this one
                      raise          the code failed on it: unfinished attempts, this one included

    Output          the number of messages
]]
local life = tonumber(ARGV[1])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function count_attempts(mark, became, value)
  if became == 'start' then
    redis.call('HSET', mark, 'u', tonumber(value) + 1, 'c', now)
  elseif became == 'raise' or (became == 'defer' and tonumber(value) > 0) then
    redis.call('HSET', mark, 'u', value)
    redis.call('HDEL', mark, 'c')
  else
    redis.call('HDEL', mark, 'u', 'c')
  end
end

for index = 1, #KEYS, 2 do
  local mark, external = KEYS[index], KEYS[index + 1]
  local position = 2 + (index - 1) / 2 * 3
  local owner, became, value = ARGV[position], ARGV[position + 1], ARGV[position + 2]
  count_attempts(mark, became, value)
  if became == 'sent' or became == 'failed' or became == 'part' or became == 'retry' then
    redis.call('HINCRBY', mark, 'n', 1)
  end
  if became == 'part' then redis.call('HSET', mark, 'p', value) end
  if became == 'sent' or became == 'failed' then redis.call('HSET', mark, 's', value) end
  redis.call('PEXPIRE', mark, life)
  if external ~= mark and became == 'sent' then
    redis.call('SET', external, 's|' .. owner .. '|' .. value, 'PX', life)
  elseif external ~= mark and became == 'failed' and redis.call('GET', external) == 'o|' .. owner then
    -- A duplicate that waits is tried now.
    redis.call('DEL', external)
  end
end
return #KEYS / 2
