import { isNonNegativeInteger, isObject, isSeries } from './guards.ts';

/** `null` where no tick was recorded. */
type Series = (number | null)[];

/** What `GET /history` answers: the last 24 hours by the minute, for whoever draws them. */
export type DayHistory = {
  /** The most tabs that were online at any tick, ever, and when that was, in milliseconds since 1970, if it is known. */
  peak: { online: number; at: number | null };
  /**
   * One entry for each minute, oldest first, 1,440 at most, and as many in one list as in the other. The last minute may
   * still be running.
   */
  minutes: {
    /** Milliseconds from one entry to the next. */
    everyMs: number;
    /** When the last minute began, in milliseconds since 1970. */
    endsAt: number;
    /** The fewest tabs online at any tick of the minute. */
    lowest: Series;
    /** Tabs online on average over its ticks, to two decimals. */
    mean: Series;
    /** The most. */
    highest: Series;
    /** Visits that were counted in it. */
    visits: Series;
  };
};

/** Reads the parsed answer of `GET /history`; `undefined` where it is none, or its lists differ in length. */
export function readDayHistory(body: unknown): DayHistory | undefined {
  if (!isObject(body)) return undefined;
  const { peak, minutes } = body;
  if (!isObject(peak) || !isNonNegativeInteger(peak.online) || !(peak.at === null || isNonNegativeInteger(peak.at)))
    return undefined;
  if (!isObject(minutes)) return undefined;
  const { everyMs, endsAt, lowest, mean, highest, visits } = minutes;
  if (!isNonNegativeInteger(everyMs) || !isNonNegativeInteger(endsAt)) return undefined;
  const wholes = [lowest, highest, visits];
  if (!wholes.every((series) => isSeries(series, isNonNegativeInteger)) || !isSeries(mean, isMean)) return undefined;
  // All members have been looked at.
  return wholes.every(({ length }) => length === mean.length) ? (body as DayHistory) : undefined;
}

function isMean(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}
