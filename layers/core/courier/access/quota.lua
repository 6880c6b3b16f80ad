--[[
  Spends one event of a user's quota and their chat's, both or neither; or looks what is left of them.

  Windows are fixed: one begins with the first event that is counted, and ends its length later, whatever comes meanwhile.

    KEYS[1]         the event's mark: how it was answered before, since an event counts once; a counter again for a look
    KEYS[2..]       the counters, the user's first: events in the window that runs; they die with it

    ARGV[1]         milliseconds that the event is remembered; 0 to look only
    ARGV[2]         milliseconds of a window that begins now
    ARGV[3..]       the limit of each counter

    Output          a JSON array, which is what the mark holds: 1 if the event is allowed (for a look: would be), else 0;
                    then of the counter that refuses (of two, for longer), else of the one with the least left: its
                    place (1 is that of KEYS[2]), what is used, its limit, and milliseconds until its window ends (0 if
                    none runs)
]]
local remember, length = tonumber(ARGV[1]), tonumber(ARGV[2])

if remember > 0 then
  local answered = redis.call('GET', KEYS[1])
  if answered then return answered end
end

local limits = {}
for index = 3, #ARGV do limits[index - 2] = tonumber(ARGV[index]) end

local counters, allowed = {}, 1
for index = 2, #KEYS do
  local used, left = tonumber(redis.call('GET', KEYS[index]) or 0), redis.call('PTTL', KEYS[index])
  if left < 1 then used, left = 0, 0 end
  local place = index - 1
  if used >= limits[place] then allowed = 0 end
  counters[place] = { place = place, used = used, limit = limits[place], left = left }
end

if allowed == 1 and remember > 0 then
  for index = 2, #KEYS do
    local counter = counters[index - 1]
    counter.used = counter.used + 1
    if counter.left == 0 then counter.left = length end
    redis.call('SET', KEYS[index], counter.used, 'PX', counter.left)
  end
end

local told
for _, counter in ipairs(counters) do
  local room = counter.limit - counter.used
  if allowed == 1 then
    if not told or room < told.limit - told.used then told = counter end
  elseif room <= 0 and (not told or counter.left > told.left) then
    told = counter
  end
end

local output = cjson.encode({ allowed, told.place, told.used, told.limit, told.left })
if remember > 0 then redis.call('SET', KEYS[1], output, 'PX', remember) end
return output
