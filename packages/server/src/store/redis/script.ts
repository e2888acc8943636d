import { maxHistorySeconds } from '@live-visitors/shared';
import { maxMinutes } from '../../history/minutes.ts';

/** How long a node that has reported stays in the copies that other nodes get. */
const rememberedMs = 10 * 60_000;

/** How long, and for how many processes, Redis keeps what each has counted. Their visits stay in the totals. */
const kept = { processesMs: 30 * 24 * 60 * 60_000, processes: 1000 };

/** How long Redis keeps the pages of a node that is silent, in seconds. */
const pagesSeconds = 60;

/** The answer to a node that this Redis does not know any more, because it has lost data. */
export const lost = 'LOST';

/**
 * Takes one node's counts, and publishes them to all nodes, with the totals that contain them. Its time does not depend on
 * the number of nodes, except for the first call on a connection.
 *
 * A process sends totals since it began, and Redis keeps the last ones of each process: a repeated call counts nothing
 * twice. The first call on a connection brings the copy that the node has, and is answered with a copy of what Redis knows.
 * So a Redis that has lost its last second, or everything, has it again after that call of each node. The counters in a
 * copy only grow, so of two values the higher one is right. A call of a node that Redis does not know, or that knows more
 * than Redis does, changes nothing and is answered with ${lost}.
 *
 * Numbers are exact up to 10^14, the largest that Lua writes without an exponent.
 */
export const reportLua = `
local fleetKey, nodesKey, heardKey, secondsKey, minutesKey = unpack(KEYS)
local report = cjson.decode(ARGV[1])
local id, counts, copy = report.id, report.counts, report.copy
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local tick = math.floor(now / 1000 + 0.5)

-- since: when this Redis began to count. forgotten: a process that was heard later, and counted, is among the nodes.
-- online, confirmed: what the nodes have reported at the tick.
local fleet = {
  seq = 0, since = now, forgotten = 0, visits = 0, visitorSeconds = 0, peak = 0, peakAt = 0,
  tick = 0, online = 0, confirmed = 0
}
local stored = redis.call('HGETALL', fleetKey)
for i = 1, #stored, 2 do fleet[stored[i]] = tonumber(stored[i + 1]) end

local function load(key, field)
  local json = redis.call('HGET', key, field)
  return json and cjson.decode(json)
end

-- Redis does not undo what a failed script has written. These calls fail first if a key holds something else.
local minuteAt = tick * 1000 - tick * 1000 % 60000
local minuteField = minuteAt / 60000 % ${maxMinutes}
local minute = load(minutesKey, minuteField)
redis.call('HLEN', secondsKey)
redis.call('ZCARD', heardKey)

local function saveFleet()
  local fields = {}
  for name, value in pairs(fleet) do
    table.insert(fields, name)
    table.insert(fields, value)
  end
  redis.call('HSET', fleetKey, unpack(fields))
end

-- Some of the keys may be lost, by eviction for instance. The nodes then bring back what belongs together.
if fleet.seq == 0 or redis.call('EXISTS', nodesKey, heardKey) < 2 then
  redis.call('DEL', nodesKey, heardKey)
  if fleet.seq > 0 then
    -- Which nodes are in the sums of this tick is not known any more.
    fleet.forgotten, fleet.tick = now, 0
    saveFleet()
  end
end

local function save(id, node)
  redis.call('HSET', nodesKey, id, cjson.encode(node))
  redis.call('ZADD', heardKey, node.at, id)
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
  local totals = copy.totals
  if totals.since < fleet.since and fleet.forgotten == 0 then
    -- This Redis has begun again. These were counted by processes that the copy does not name.
    add(totals, 1)
    for _, node in pairs(copy.nodes) do add(node, -1) end
    fleet.forgotten = copy.at - ${rememberedMs}
  end
  for id, theirs in pairs(copy.nodes) do
    local ours = load(nodesKey, id)
    if not ours then
      if theirs.at > fleet.forgotten then add(theirs, 1) end
      save(id, theirs)
    elseif theirs.visits > ours.visits or theirs.visitorSeconds > ours.visitorSeconds then
      add(ours, -1)
      raise(ours, theirs)
      add(ours, 1)
      save(id, ours)
    end
  end
  if totals.visits > fleet.visits or totals.visitorSeconds > fleet.visitorSeconds then
    -- It has gone back so far that there were processes which the copy does not name any more.
    raise(fleet, totals)
    fleet.forgotten = math.max(fleet.forgotten, copy.at - ${rememberedMs})
  end
  raisePeak(totals.peak, totals.peakAt)
  fleet.since = math.max(fleet.since, totals.since)
  fleet.seq = math.max(fleet.seq, copy.seq)
end

-- In the hash, "" is the number of the last report with changes. It is negative while others have to follow.
local pageReport = ARGV[2] ~= '' and cjson.decode(ARGV[2])
counts.pages = 0
if pageReport and not pageReport.isFirst then
  counts.pages = math.abs(redis.call('HGET', report.pagesKey, '') or 0)
  if counts.pages < pageReport.after or counts.pages >= pageReport.number then return '${lost}' end
end

if copy then
  restore(copy)
elseif report.seq > fleet.seq or (report.seq > 0 and redis.call('HEXISTS', nodesKey, id) == 0) then
  return '${lost}'
end

if pageReport then
  if pageReport.isFirst then redis.call('DEL', report.pagesKey) end
  if #pageReport.changes > 0 then
    counts.pages = pageReport.number
    local set, gone = { '', pageReport.isWhole and counts.pages or -counts.pages }, {}
    for _, change in ipairs(pageReport.changes) do
      local name, tabs = unpack(change)
      table.insert(tabs > 0 and set or gone, name)
      if tabs > 0 then table.insert(set, tabs) end
    end
    redis.call('HSET', report.pagesKey, unpack(set))
    if #gone > 0 then redis.call('HDEL', report.pagesKey, unpack(gone)) end
  end
  redis.call('EXPIRE', report.pagesKey, ${pagesSeconds})
end

local visitsBefore = fleet.visits
local isFirst = tick ~= fleet.tick
if isFirst then fleet.tick, fleet.online, fleet.confirmed = tick, 0, 0 end
local before = load(nodesKey, id)
if before then
  add(before, -1)
  raise(counts, before)
  if before.tick == tick then
    fleet.online, fleet.confirmed = fleet.online - before.online, fleet.confirmed - before.confirmed
  end
end
add(counts, 1)
counts.at, counts.tick = now, tick
save(id, counts)
-- Only what was counted at one tick: who was on a node that broke down may be back on another one at the next.
fleet.online, fleet.confirmed = fleet.online + counts.online, fleet.confirmed + counts.confirmed
raisePeak(math.max(fleet.confirmed, report.highest), now)

-- In a minute, "online" is that of its last tick, which is not yet in its other figures: nodes may still report.
if not minute or minute.at ~= minuteAt then
  minute = { at = minuteAt, highest = 0, sum = 0, ticks = 0, visits = 0 }
elseif minute.tick ~= tick then
  minute.lowest = math.min(minute.lowest or minute.online, minute.online)
  minute.sum, minute.ticks = minute.sum + minute.online, minute.ticks + 1
end
minute.tick, minute.online = tick, fleet.online
minute.highest = math.max(minute.highest, fleet.confirmed)
minute.visits = minute.visits + fleet.visits - visitsBefore
redis.call('HSET', secondsKey, tick % ${maxHistorySeconds}, tick .. ':' .. fleet.online)
redis.call('HSET', minutesKey, minuteField, cjson.encode(minute))

local function forget(ids)
  for _, id in ipairs(ids) do
    fleet.forgotten = math.max(fleet.forgotten, redis.call('ZSCORE', heardKey, id))
    redis.call('HDEL', nodesKey, id)
    redis.call('ZREM', heardKey, id)
  end
end
if isFirst then
  forget(redis.call('ZRANGE', heardKey, 0, -${kept.processes} - 1))
  forget(redis.call('ZRANGEBYSCORE', heardKey, '-inf', now - ${kept.processesMs}, 'LIMIT', 0, 100))
end

fleet.seq = fleet.seq + 1
saveFleet()

-- %d, as cjson writes no more than 14 digits.
local publication = string.format('[%d,"%s",[%d,%d,%d,%d,%d,%d,%d],[%d,%d,%d,%d,%d]', fleet.seq, id,
  now, counts.online, counts.browsers, counts.confirmed, counts.visits, counts.visitorSeconds, counts.pages,
  fleet.since, fleet.visits, fleet.visitorSeconds, fleet.peak, fleet.peakAt)
local hasChanges = pageReport and #pageReport.changes > 0
redis.call('PUBLISH', report.channel, publication .. (hasChanges and ',' .. ARGV[2] or '') .. ']')
if not report.join then return publication .. ']' end

local nodes = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', heardKey, now - ${rememberedMs}, '+inf')) do nodes[id] = load(nodesKey, id) end
return publication .. ',null,' .. cjson.encode(nodes) .. ']'
`;
