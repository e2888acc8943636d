import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { dayMs, type Minute, mergeMinutes } from '../history/minutes.ts';
import type { Resolution } from './store.ts';

/**
 * Reads minutes, one day at a time so that other work goes on in between, and merges them into entries.
 *
 * @param newest - when the last minute began, in milliseconds since 1970
 * @param readMinutes - reads those that began after one time, up to another; `undefined` if that is not possible
 */
export async function readByDay(
  { everyMs, entries }: Resolution,
  newest: number,
  readMinutes: (after: number, until: number) => Minute[] | Promise<Minute[] | undefined>,
): Promise<Minute[] | undefined> {
  const days: Minute[][] = [];
  for (let after = newest - everyMs * entries; after < newest; after += dayMs) {
    const minutes = await readMinutes(after, after + dayMs);
    if (minutes === undefined) return undefined;
    days.push(mergeMinutes(minutes.map((minute) => ({ ...minute, at: minute.at - (minute.at % everyMs) }))));
    await yieldToEventLoop();
  }
  // An entry may have begun on one day and ended on the next.
  return mergeMinutes(...days);
}
