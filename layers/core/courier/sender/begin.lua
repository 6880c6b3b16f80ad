--[[
  Starts an attempt at each message of a batch, before any of their bodies is read.

  An attempt of which nothing is heard may have killed its worker. A message with such unfinished attempts is in
  quarantine: their number is returned, and no attempt is started. settle.lua starts it when the message's turn comes.

    KEYS[1..]       each message's mark, a hash of
                      s   how it ended, written by settle.lua
                      n   calls that Telegram was sent for it
                      p   what was sent of a message that is sent in parts, written by settle.lua
                      u   unfinished attempts, the open one included
                      c   when the open attempt was started (ms); absent while none is open

    ARGV[1]         milliseconds that marks live
    ARGV[2]         milliseconds in which a message whose worker died can't have come back: an open attempt that is
                    younger was given back by a worker that lives and couldn't say so

    Output          a JSON array, since one text is read much faster than forty, of four for each message: how it
                    ended, else ''; calls so far; what was sent of it, else ''; unfinished attempts before this one
]]
local life, died_after, output = tonumber(ARGV[1]), tonumber(ARGV[2]), {}
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function begin(mark)
  local known = redis.call('HMGET', mark, 's', 'n', 'p', 'u', 'c')
  local calls, parts = tonumber(known[2] or 0), known[3] or ''
  if known[1] then return known[1], calls, parts, 0 end
  local unfinished, opened = tonumber(known[4] or 0), known[5]
  if opened and now - tonumber(opened) < died_after then unfinished = math.max(0, unfinished - 1) end
  if unfinished == 0 then
    redis.call('HSET', mark, 'u', 1, 'c', now)
  else
    redis.call('HSET', mark, 'u', unfinished)
    redis.call('HDEL', mark, 'c')
  end
  redis.call('PEXPIRE', mark, life)
  return '', calls, parts, unfinished
end

for index = 1, #KEYS do
  local ended, calls, parts, unfinished = begin(KEYS[index])
  for _, value in ipairs({ ended, calls, parts, unfinished }) do output[#output + 1] = value end
end
return cjson.encode(output)
