import { isNonNegativeInteger, isObject, isSeries } from './guards.ts';

/** `null` where no tick was recorded. */
type Series = (number | null)[];

/** What `GET /history` answers: the last 24 hours by the minute. Times are in milliseconds since 1970. */
export type DayHistory = {
  /** The most tabs that were online at any tick; `at` is `null` if it is not known when that was. */
  peak: { online: number; at: number | null };
  /** One entry for each minute, oldest first, at most 1,440. The last minute may still be running. */
  minutes: {
    /** Milliseconds from one entry to the next. */
    everyMs: number;
    /** When the last minute began. */
    endsAt: number;
    /** The fewest, the mean (to two decimals) and the most tabs online at the ticks of the minute. */
    lowest: Series;
    mean: Series;
    highest: Series;
    visits: Series;
  };
};

/** Reads the parsed answer of `GET /history`; `undefined` if it is not valid, or its lists differ in length. */
export function readDayHistory(body: unknown): DayHistory | undefined {
  if (!isObject(body)) return undefined;
  const { peak, minutes } = body;
  if (!isObject(peak) || !isNonNegativeInteger(peak.online) || !(peak.at === null || isNonNegativeInteger(peak.at)))
    return undefined;
  if (!isObject(minutes)) return undefined;
  const { everyMs, endsAt, lowest, mean, highest, visits } = minutes;
  if (!isNonNegativeInteger(everyMs) || !isNonNegativeInteger(endsAt)) return undefined;
  const counts = [lowest, highest, visits];
  if (!counts.every((series) => isSeries(series, isNonNegativeInteger)) || !isSeries(mean, isMean)) return undefined;
  // All members have been checked.
  return counts.every(({ length }) => length === mean.length) ? (body as DayHistory) : undefined;
}

function isMean(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}
