import * as v from 'valibot';

export const nonNegativeInteger = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A figure with a limit, so that it stays exact when it grows or is added to others. */
export const figureUpTo = (limit: number) =>
  v.pipe(
    nonNegativeInteger,
    v.maxValue(limit, ({ received }) => `${received} is above the limit of ${limit}.`),
  );

/** So that the sum of all minutes that are kept is exact. */
const figure = figureUpTo(1e11);

/** What happened in one minute. */
export const minuteSchema = v.object({
  /** When it began, in milliseconds since 1970. */
  at: nonNegativeInteger,
  /** The fewest and the most tabs online at its ticks. */
  lowest: figure,
  highest: figure,
  /** The sum of `online` over its ticks, and how many there were: their quotient is the mean. */
  sum: figure,
  ticks: figure,
  visits: figure,
});

export type Minute = v.InferOutput<typeof minuteSchema>;

/** Minutes begin at multiples of this, in milliseconds since 1970. */
export const minuteMs = 60_000;

const dayMinutes = 24 * 60;
export const dayMs = dayMinutes * minuteMs;

/** How many minutes are kept: those of 30 days. */
export const maxMinutes = 30 * dayMinutes;

/** When the minute of a time began. */
export function minuteOf(time: number): number {
  return time - (time % minuteMs);
}

/** Figures that agree: kept places are in the lowest and the mean, but never in the highest. */
export function settleMinute({ lowest, highest, sum, ticks, ...minute }: Minute): Minute {
  return { ...minute, lowest: Math.min(lowest, highest), highest, sum: Math.min(sum, highest * ticks), ticks };
}

/**
 * Merges minutes, oldest first. Those that began at the same time are added up: each has ticks that the others do not have.
 */
export function mergeMinutes(...lists: (readonly Minute[])[]): Minute[] {
  const byTime = Map.groupBy(lists.flat(), ({ at }) => at);
  return [...byTime.values()].map((minutes) => minutes.reduce(addMinutes)).toSorted((a, b) => a.at - b.at);
}

function addMinutes(some: Minute, others: Minute): Minute {
  return {
    at: some.at,
    lowest: Math.min(some.lowest, others.lowest),
    highest: Math.max(some.highest, others.highest),
    sum: some.sum + others.sum,
    ticks: some.ticks + others.ticks,
    visits: some.visits + others.visits,
  };
}
