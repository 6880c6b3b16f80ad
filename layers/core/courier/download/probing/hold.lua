--[[
  A site said that it is asked too much: nobody goes there for a while, and the job that was told goes back into the line.

    KEYS[1]     the site's line, as in place.lua
    KEYS[2]     the job's place in it
    KEYS[3]     how often this job was told so

    ARGV[1]     milliseconds for which nobody goes
    ARGV[2]     milliseconds by which a place may be taken early, as in place.lua
    ARGV[3]     milliseconds for which it is remembered how often

    Output      how often this job was told so, this time included
]]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local pause, early = tonumber(ARGV[1]), tonumber(ARGV[2])

local next_place = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now + pause + early)
redis.call('SET', KEYS[1], next_place, 'PX', next_place - now + 1)
redis.call('DEL', KEYS[2])
local times = tonumber(redis.call('GET', KEYS[3]) or 0) + 1
redis.call('SET', KEYS[3], times, 'PX', tonumber(ARGV[3]))
return times
