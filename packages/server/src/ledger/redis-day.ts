import * as v from 'valibot';
import type { Day } from '../core/ledger.ts';
import { dayMinutes, maxMinutes, minuteMs, minuteOf, minuteSchema } from '../core/minutes.ts';
import type { RedisClient } from './redis-connection.ts';
import type { redisKeys } from './redis-report.ts';

const storedMinuteSchema = v.pipe(v.string(), v.parseJson(), minuteSchema);

/**
 * Reads the last 24 hours of a fleet.
 *
 * @param at - when its last tick was, in milliseconds since 1970
 */
export async function readDay(client: RedisClient, keys: ReturnType<typeof redisKeys>, at: number): Promise<Day> {
  const times = Array.from({ length: dayMinutes }, (_, index) => minuteOf(at) - (dayMinutes - 1 - index) * minuteMs);
  const [[peak, peakAt], minutes] = await Promise.all([
    client.hmGet(keys.fleet, ['peak', 'peakAt']),
    client.hmGet(
      keys.minutes,
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
