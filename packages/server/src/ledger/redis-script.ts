import { maxMinutes } from '../core/minutes.ts';

/** After so long without a word a node's visitors are taken for gone. */
const silentMs = 5000;

/** A node that has not missed a tick was heard within so long. The peak counts no others. */
const punctualMs = 1500;

/** How long nodes have to come back after Redis was away, before they are taken for gone. */
const returnMs = 2000;

/** How long a node that was heard is among those which all nodes remember, in case Redis forgets. */
const rememberedMs = 10 * 60_000;

/** How long, and of how many processes at most, Redis keeps what they have counted. Their visits stay in the totals. */
const kept = { processesMs: 30 * 24 * 60 * 60_000, processes: 1000, seconds: 3600, minutes: maxMinutes };

const limits = `local silentMs, punctualMs, returnMs, rememberedMs = ${silentMs}, ${punctualMs}, ${returnMs}, ${rememberedMs}
local keptSeconds, keptMinutes, keptProcesses, keptProcessesMs = ${kept.seconds}, ${kept.minutes}, ${kept.processes}, ${kept.processesMs}`;

/**
 * Takes one node's figures, and publishes the fleet's to all nodes, on a channel that has the name of the fleet's key.
 *
 * All figures that a process sends are totals since it began, and Redis keeps the last of each process: a call that is
 * repeated, or that is overtaken by a later one, counts nothing twice. The answer is a copy of what Redis knows
 * of the nodes, and each call brings the copy back: a Redis that has lost its last second, or everything, has it again
 * after the first call of each node. The parts of a copy are counters that only grow, so that the higher is the truer.
 *
 * Numbers are exact up to 10^14, which is what Lua writes without an exponent.
 */
export const reportLua = `${limits}
local fleetKey, nodesKey, heardKey, secondsKey, minutesKey = unpack(KEYS)
local report, copy = cjson.decode(ARGV[1]), ARGV[2]
local id, reading = report.id, report.reading
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- since: when this Redis began to count. forgotten: a process that was heard later, and counted, is among the nodes.
local fleet = { since = now, forgotten = 0, visits = 0, visitorSeconds = 0, peak = 0, peakAt = 0, second = 0 }
local stored = redis.call('HGETALL', fleetKey)
for i = 1, #stored, 2 do fleet[stored[i]] = tonumber(stored[i + 1]) end

local function load(key, field)
  local json = redis.call('HGET', key, field)
  return json and cjson.decode(json)
end

local function save(id, node)
  redis.call('HSET', nodesKey, id, cjson.encode(node))
end

local function add(figures, sign)
  fleet.visits = fleet.visits + sign * figures.visits
  fleet.visitorSeconds = fleet.visitorSeconds + sign * figures.visitorSeconds
end

local function raisePeak(peak, at)
  if peak > fleet.peak then fleet.peak, fleet.peakAt = peak, at end
end

local function raise(figures, others)
  figures.visits = math.max(figures.visits, others.visits)
  figures.visitorSeconds = math.max(figures.visitorSeconds, others.visitorSeconds)
end

local function restore(copy)
  if copy.since < fleet.since and fleet.forgotten == 0 then
    -- It has begun anew. These were counted by processes that the copy does not name.
    add(copy, 1)
    for _, node in pairs(copy.nodes) do add(node, -1) end
    fleet.forgotten = copy.at - rememberedMs
  end
  for id, theirs in pairs(copy.nodes) do
    local ours = load(nodesKey, id)
    if not ours then
      if theirs.heardAt > fleet.forgotten then add(theirs, 1) end
      save(id, theirs)
      redis.call('ZADD', heardKey, now - silentMs + returnMs, id)
    elseif theirs.visits > ours.visits or theirs.visitorSeconds > ours.visitorSeconds then
      add(ours, -1)
      raise(ours, theirs)
      add(ours, 1)
      save(id, ours)
    end
  end
  if copy.visits > fleet.visits or copy.visitorSeconds > fleet.visitorSeconds then
    -- It has gone back so far that there were processes which the copy does not name any more.
    raise(fleet, copy)
    fleet.forgotten = math.max(fleet.forgotten, copy.at - rememberedMs)
  end
  -- The time is missing in copies of older versions.
  raisePeak(copy.peak, copy.peakAt or 0)
  fleet.since = math.max(fleet.since, copy.since)
  -- If Redis was away, that others were silent meanwhile says nothing of them.
  if now - copy.at > returnMs then
    local missed = redis.call('ZRANGEBYSCORE', heardKey, copy.at - silentMs, now - silentMs + returnMs)
    for _, id in ipairs(missed) do redis.call('ZADD', heardKey, now - silentMs + returnMs, id) end
  end
end

if copy ~= '' then restore(cjson.decode(copy)) end

local visitsBefore = fleet.visits
local before = load(nodesKey, id)
if before then
  add(before, -1)
  raise(reading, before)
end
add(reading, 1)
save(id, reading)
redis.call('ZADD', heardKey, now, id)

-- Whoever was heard in the future was heard before a clock was set back.
local recent = redis.call('ZRANGEBYSCORE', heardKey, now - rememberedMs, now + silentMs, 'WITHSCORES')
local online, browsers, punctual, nodes = 0, 0, 0, {}
for i = 1, #recent, 2 do
  local node, heardAt = load(nodesKey, recent[i]), tonumber(recent[i + 1])
  if heardAt <= now - silentMs then node.online, node.browsers = 0, 0 end
  if heardAt > now - punctualMs then punctual = punctual + (node.confirmed or node.online) end
  online, browsers = online + node.online, browsers + node.browsers
  node.heardAt = heardAt
  nodes[recent[i]] = node
end
-- Whoever left a node that broke down, and came back to another, is online twice until the first is taken for gone.
raisePeak(math.max(punctual, report.highest), now)

local second = math.floor(now / 1000 + 0.5)
local minuteAt = now - now % 60000
local minuteField = minuteAt / 60000 % keptMinutes
local minute = load(minutesKey, minuteField)
if not minute or minute.at ~= minuteAt then
  minute = { at = minuteAt, lowest = online, highest = punctual, sum = 0, ticks = 0, visits = 0 }
end
minute.lowest = math.min(minute.lowest, online)
minute.highest = math.max(minute.highest, punctual)
minute.visits = minute.visits + fleet.visits - visitsBefore

if second ~= fleet.second then
  fleet.second = second
  minute.sum, minute.ticks = minute.sum + online, minute.ticks + 1
  local function forget(ids)
    for _, id in ipairs(ids) do
      fleet.forgotten = math.max(fleet.forgotten, redis.call('ZSCORE', heardKey, id))
      redis.call('HDEL', nodesKey, id)
      redis.call('ZREM', heardKey, id)
    end
  end
  forget(redis.call('ZRANGE', heardKey, 0, -keptProcesses - 1))
  forget(redis.call('ZRANGEBYSCORE', heardKey, '-inf', now - keptProcessesMs, 'LIMIT', 0, 100))
end
redis.call('HSET', secondsKey, second % keptSeconds, second .. ':' .. online)
redis.call('HSET', minutesKey, minuteField, cjson.encode(minute))
local fields = {}
for name, value in pairs(fleet) do
  table.insert(fields, name)
  table.insert(fields, value)
end
redis.call('HSET', fleetKey, unpack(fields))

-- %d, as cjson writes no more than 14 digits.
redis.call('PUBLISH', fleetKey, string.format('["%s",%d,%d,%d,%d,%d,%d,%d]',
  id, report.call, now, online, browsers, fleet.visits, fleet.visitorSeconds, fleet.peak))
return cjson.encode({
  since = fleet.since, at = now, visits = fleet.visits, visitorSeconds = fleet.visitorSeconds,
  peak = fleet.peak, peakAt = fleet.peakAt, nodes = nodes
})
`;
