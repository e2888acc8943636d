import { isNonNegativeInteger, isText, listOf, literal, nullable, objectOf } from './guards.ts';

/** The ranges of `GET /history`. */
export const historyRangeNames = ['24h', '7d', '30d'] as const;

export type HistoryRange = (typeof historyRangeNames)[number];

/**
 * How many entries each range has at most. In every time zone, midnight is at the start of a quarter of an hour: from
 * these entries, readers can sum up the days of their own time zone.
 */
export const historyRanges: { [Range in HistoryRange]: { everyMs: number; entries: number } } = {
  '24h': { everyMs: 60_000, entries: 1440 },
  '7d': { everyMs: 5 * 60_000, entries: 2016 },
  '30d': { everyMs: 15 * 60_000, entries: 2880 },
};

/** `null` where no tick was recorded. */
type Series = (number | null)[];

export type DayTotals = {
  /** As in 2026-11-29. */
  date: string;
  visits: number;
  /** The most tabs that were online at any tick of the day. */
  peak: number;
};

/** What `GET /history` answers. Times are in milliseconds since 1970. */
export type RangeHistory = {
  range: HistoryRange;
  /** The most tabs that were ever online at any tick; `at` is `null` if it is not known when that was. */
  peak: { online: number; at: number | null };
  /** From the first entry with a tick in the range, oldest first. The last entry may still be running. */
  series: {
    /** Milliseconds from one entry to the next: a minute in 24 h, 5 minutes in 7 days, 15 minutes in 30 days. */
    everyMs: number;
    /** When the last entry began. */
    endsAt: number;
    /** The fewest, the mean (below 100 to two decimals) and the most tabs online at the ticks of the entry. */
    lowest: Series;
    mean: Series;
    highest: Series;
    visits: Series;
  };
  /** The days of UTC that began in the range, oldest first, without those in which nothing was recorded. */
  days: DayTotals[];
};

const isMean = (value: unknown): value is number => Number.isFinite(value) && Number(value) >= 0;
const isCounts = listOf(nullable(isNonNegativeInteger));
const isRangeHistory = objectOf<RangeHistory>({
  range: literal(...historyRangeNames),
  peak: objectOf<RangeHistory['peak']>({ online: isNonNegativeInteger, at: nullable(isNonNegativeInteger) }),
  series: objectOf<RangeHistory['series']>({
    everyMs: isNonNegativeInteger,
    endsAt: isNonNegativeInteger,
    lowest: isCounts,
    mean: listOf(nullable(isMean)),
    highest: isCounts,
    visits: isCounts,
  }),
  days: listOf(objectOf<DayTotals>({ date: isText, visits: isNonNegativeInteger, peak: isNonNegativeInteger })),
});

/** Reads the parsed answer of `GET /history`; `undefined` if it is not valid, or its lists differ in length. */
export function readRangeHistory(body: unknown): RangeHistory | undefined {
  if (!isRangeHistory(body)) return undefined;
  const { lowest, mean, highest, visits } = body.series;
  return [lowest, highest, visits].every(({ length }) => length === mean.length) ? body : undefined;
}

/** When each entry began, in milliseconds since 1970. */
export function timesOf({ everyMs, endsAt, visits }: RangeHistory['series']): number[] {
  return visits.map((_, index) => endsAt - (visits.length - 1 - index) * everyMs);
}

/**
 * The totals of the days that began in the range, oldest first, without those in which nothing was recorded.
 *
 * @param dateOf - the date of a time, in the time zone in which the days are
 */
export function daysOf(
  { range, series }: Pick<RangeHistory, 'range' | 'series'>,
  dateOf: (time: number) => string,
): DayTotals[] {
  const days = new Map<string, DayTotals>();
  const { everyMs, entries } = historyRanges[range];
  const begunBefore = dateOf(series.endsAt - entries * everyMs);
  for (const [index, at] of timesOf(series).entries()) {
    const [date, highest, visits] = [dateOf(at), series.highest[index] ?? null, series.visits[index] ?? 0];
    if (date === begunBefore || highest === null) continue;
    const known = days.get(date) ?? { date, visits: 0, peak: 0 };
    days.set(date, { date, visits: known.visits + visits, peak: Math.max(known.peak, highest) });
  }
  return [...days.values()];
}
