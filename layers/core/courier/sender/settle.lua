--[[
  Notes what became of claimed messages.

    KEYS[1..]       two for each message, as in claim.lua: its mark, and who owns its external id (or the mark again)

    ARGV[1]         milliseconds that marks live
    ARGV[2..]       three for each message: its owner, what became of it (sent, failed: for good; part: one of its parts was
                    sent; retry: a call was made in vain; hold: no call was made; back: its claim
                    doesn't count; try: it does), and what to remember ('' but for sent, failed and part)

    Output          the number of messages
]]
local life = tonumber(ARGV[1])

for index = 1, #KEYS, 2 do
  local mark, external = KEYS[index], KEYS[index + 1]
  local position = 2 + (index - 1) / 2 * 3
  local owner, became, result = ARGV[position], ARGV[position + 1], ARGV[position + 2]
  if became == 'try' then
    redis.call('HINCRBY', mark, 'u', 1)
  elseif became == 'back' then
    redis.call('HINCRBY', mark, 'u', -1)
  elseif became ~= 'part' then
    redis.call('HDEL', mark, 'u')
  end
  if became == 'sent' or became == 'failed' or became == 'part' or became == 'retry' then
    redis.call('HINCRBY', mark, 'n', 1)
  end
  if became == 'part' then redis.call('HSET', mark, 'p', result) end
  if became == 'sent' or became == 'failed' then redis.call('HSET', mark, 's', result) end
  redis.call('PEXPIRE', mark, life)
  if external ~= mark and became == 'sent' then
    redis.call('SET', external, 's|' .. owner .. '|' .. result, 'PX', life)
  elseif external ~= mark and became == 'failed' and redis.call('GET', external) == 'o|' .. owner then
    -- A twin that waits is tried now.
    redis.call('DEL', external)
  end
end
return #KEYS / 2
