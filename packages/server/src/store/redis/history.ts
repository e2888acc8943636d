import { nonNegativeIntegerSchema, tickMs } from '@live-visitors/shared';
import * as v from 'valibot';
import { dayMinutes, type Minute, maxMinutes, minuteMs, minuteOf, minuteSchema } from '../../history/minutes.ts';
import { tickOf } from '../../stream/tick.ts';
import type { Day } from '../store.ts';
import type { RedisClient } from './connection.ts';
import type { RedisNames } from './report.ts';

/** A minute as the script stores it: `online` is that of its last tick, which is not yet in its other figures. */
const storedMinuteSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ ...minuteSchema.entries, lowest: v.optional(nonNegativeIntegerSchema), online: nonNegativeIntegerSchema }),
  v.transform(({ lowest, highest, sum, ticks, online, ...minute }): Minute => {
    return {
      ...minute,
      lowest: Math.min(lowest ?? online, online),
      highest: Math.max(highest, lowest ?? online),
      sum: sum + online,
      ticks: ticks + 1,
    };
  }),
);

/**
 * Reads the last 24 hours of a fleet.
 *
 * @param at - when its last tick was, in milliseconds since 1970
 */
export async function readDay(client: RedisClient, names: RedisNames, at: number): Promise<Day> {
  const newest = minuteOf(tickOf(at) * tickMs);
  const times = Array.from({ length: dayMinutes }, (_, index) => newest - (dayMinutes - 1 - index) * minuteMs);
  const [[peak, peakAt], minutes] = await Promise.all([
    client.hmGet(names.fleet, ['peak', 'peakAt']),
    client.hmGet(
      names.minutes,
      times.map((time) => String((time / minuteMs) % maxMinutes)),
    ),
  ]);
  return {
    peak: { online: Number(peak ?? 0), at: Number(peakAt ?? 0) },
    // The hash is a ring: where nothing was recorded, it holds what is older.
    minutes: minutes.flatMap((json, index) => {
      const minute = json === null ? undefined : v.parse(storedMinuteSchema, json);
      return minute !== undefined && minute.at === times[index] ? [minute] : [];
    }),
  };
}

/** Reads what was online in each second of the last hour of a fleet, oldest first. */
export async function readSeconds(client: RedisClient, names: RedisNames): Promise<{ at: number; online: number }[]> {
  const entries = await client.hVals(names.seconds);
  const seconds = entries.map((entry) => entry.split(':').map(Number));
  // The hash is a ring: where nobody was there for a while, it holds what is older.
  const newest = seconds.reduce((latest, [second = 0]) => Math.max(latest, second), 0);
  return seconds
    .map(([second = 0, online = 0]) => ({ at: second * 1000, online }))
    .filter(({ at }) => at > newest * 1000 - 3_600_000)
    .toSorted((a, b) => a.at - b.at);
}
