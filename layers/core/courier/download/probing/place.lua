--[[
  Gives a job its place in the line before a site: places are an interval apart, but a few jobs may go at once.

    KEYS[1]     the site's line: the moment of its next place, in milliseconds since 1970
    KEYS[2]     the job's place in it; both keys carry the site as their hash tag

    ARGV[1]     milliseconds between two places
    ARGV[2]     milliseconds by which a place may be taken early: so many intervals may go at once
    ARGV[3]     milliseconds that a line may be long; longer ones take nobody
    ARGV[4]     milliseconds for which a job's place is remembered after it came, since jobs ask again

    Output      milliseconds until the job's place; 0: it may go; -1: the line is too long
]]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local interval, early, longest, kept = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local place = tonumber(redis.call('GET', KEYS[2]) or nil)
if not place then
  local next_place = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
  place = math.max(next_place - early, now)
  if place - now > longest then return -1 end
  redis.call('SET', KEYS[1], next_place + interval, 'PX', next_place + interval - now + 1)
  redis.call('SET', KEYS[2], place, 'PX', place - now + kept)
end
return math.max(place - now, 0)
