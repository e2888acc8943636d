import { maxHistorySeconds, tickMs } from '@live-visitors/shared';
import * as v from 'valibot';
import {
  type Minute,
  maxMinutes,
  minuteMs,
  minuteSchema,
  nonNegativeInteger,
  settleMinute,
} from '../../history/minutes.ts';
import type { PageChange } from '../../presence/page-names.ts';
import type { Second } from '../store.ts';
import type { RedisClient } from './connection.ts';
import type { RedisNames, StoredPages } from './report.ts';

/** A minute as the script stores it: `online` is that of its last tick, which is not yet in its other figures. */
const storedMinuteSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ ...minuteSchema.entries, lowest: v.optional(nonNegativeInteger), online: nonNegativeInteger }),
  v.transform(({ online, lowest = online, sum, ticks, ...minute }) =>
    settleMinute({ ...minute, lowest: Math.min(lowest, online), sum: sum + online, ticks: ticks + 1 }),
  ),
);

/** Reads the minutes of a fleet that began after one time, up to another, oldest first. */
export async function readMinutes(
  client: RedisClient,
  names: RedisNames,
  after: number,
  until: number,
): Promise<Minute[]> {
  const first = after / minuteMs + 1;
  const length = (until - after) / minuteMs;
  const fields = Array.from({ length }, (_, index) => String((first + index) % maxMinutes));
  const minutes = (await client.hmGet(names.minutes, fields)).filter((json) => json !== null);
  // The hash is a ring: if nothing was recorded in a minute, its field holds another one.
  return minutes.map((json) => v.parse(storedMinuteSchema, json)).filter(({ at }) => at > after && at <= until);
}

/** Reads the last hour of a fleet by the second, oldest first. */
export async function readSeconds(client: RedisClient, names: RedisNames): Promise<Second[]> {
  const entries = await client.hVals(names.seconds);
  const seconds = entries.map((entry) => {
    const [tick = 0, online = 0] = entry.split(':').map(Number);
    return { at: tick * tickMs, online };
  });
  // The hash is a ring: if nothing was recorded in a second, its field holds an older one.
  const newest = Math.max(...seconds.map(({ at }) => at));
  return seconds.filter(({ at }) => at > newest - maxHistorySeconds * tickMs).toSorted((a, b) => a.at - b.at);
}

/**
 * Reads the pages of one node, in parts: all at once may be more than Redis sends to a client. What is reported meanwhile
 * may or may not be in them.
 */
export async function readPages(client: RedisClient, key: string): Promise<StoredPages> {
  const readNumber = async () => Number((await client.hGet(key, '')) ?? 0);
  const number = await readNumber();
  const changes: PageChange[] = [];
  for await (const entries of client.hScanIterator(key, { COUNT: 1000 }))
    for (const { field, value } of entries) if (field !== '') changes.push([field, Number(value)]);
  // If Redis lost the hash meanwhile, only a part of it was read.
  return { number: Math.abs(number), isWhole: number > 0 && (await readNumber()) > 0, changes };
}
