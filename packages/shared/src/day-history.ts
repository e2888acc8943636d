import { isNonNegativeInteger, listOf, nullable, objectOf } from './guards.ts';

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

const isMean = (value: unknown): value is number => Number.isFinite(value) && Number(value) >= 0;
const isCounts = listOf(nullable(isNonNegativeInteger));
const isDayHistory = objectOf<DayHistory>({
  peak: objectOf<DayHistory['peak']>({ online: isNonNegativeInteger, at: nullable(isNonNegativeInteger) }),
  minutes: objectOf<DayHistory['minutes']>({
    everyMs: isNonNegativeInteger,
    endsAt: isNonNegativeInteger,
    lowest: isCounts,
    mean: listOf(nullable(isMean)),
    highest: isCounts,
    visits: isCounts,
  }),
});

/** Reads the parsed answer of `GET /history`; `undefined` if it is not valid, or its lists differ in length. */
export function readDayHistory(body: unknown): DayHistory | undefined {
  if (!isDayHistory(body)) return undefined;
  const { lowest, mean, highest, visits } = body.minutes;
  return [lowest, highest, visits].every(({ length }) => length === mean.length) ? body : undefined;
}
