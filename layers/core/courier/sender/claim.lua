--[[
  Claims external ids for the messages of a batch, and says where their chats have moved to.

    KEYS[1..]       three for each message: its mark (see begin.lua); who owns its external id ("o|owner", after it was
                    sent "s|owner|result"); where its chat has moved to. The mark again for a message that has no
                    external id, or whose chat can't move

    ARGV[1]         milliseconds that an owner is believed in while nothing is decided
    ARGV[2..]       each message's owner: its SQS id

    Output          a JSON array of three for each message: 0 to be tried, 1 a duplicate of a delivered message,
                    2 a duplicate of a message that is undecided; the delivered message's result, else ''; its chat's
                    new id, else ''
]]
local undecided, output = tonumber(ARGV[1]), {}
local TRY, DUPLICATE, DUPLICATE_PENDING = 0, 1, 2

local function claim(external, owner)
  local holder = redis.call('GET', external) or 'o|' .. owner
  if holder ~= 'o|' .. owner then
    local result = string.match(holder, '^s|[^|]*|(.*)$')
    if result then return DUPLICATE, result end
    return DUPLICATE_PENDING, ''
  end
  redis.call('SET', external, holder, 'PX', undecided)
  return TRY, ''
end

for index = 1, #KEYS, 3 do
  local mark, external, moved = KEYS[index], KEYS[index + 1], KEYS[index + 2]
  local verdict, result = TRY, ''
  if external ~= mark then verdict, result = claim(external, ARGV[2 + (index - 1) / 3]) end
  local chat = moved ~= mark and redis.call('GET', moved) or ''
  for _, value in ipairs({ verdict, result, chat }) do output[#output + 1] = value end
end
return cjson.encode(output)
