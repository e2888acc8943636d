import { daysOf, type History, type RangeHistory } from '@live-visitors/shared';
import type { Locale } from '../messages/languages.ts';

/** The shortest time axis, so that the first values of a new server are more than a dot. */
const leastRecentMs = 60_000;
const leastEntries = 10;

/** Values at the times; `null` is a gap. */
export type Line = (number | null)[];

/** Times are in milliseconds since 1970. */
export type ChartData = {
  times: number[];
  /** For a range of history, the means. */
  values: Line;
  /** The range of the values behind each mean. */
  band?: { highest: Line; lowest: Line } | undefined;
  /** The time axis. It begins at the first value. */
  from: number;
  to: number;
  /** The shortest part of the time axis that is worth a look. */
  leastMs: number;
  /** Writes what is known of a moment. */
  describe: (index: number, locale: Locale, now: number) => string;
};

/** The last minutes by the second, or a range of history. */
export type Past = History | RangeHistory;

export function chartOf(past: Past): ChartData {
  return 'series' in past ? chartRange(past) : chartRecent(past);
}

function chartRecent({ everyMs, endsAt, online }: History): ChartData {
  const times = timesTo(endsAt, everyMs, online.length);
  return {
    times,
    values: online,
    ...axisOf(times, endsAt, leastRecentMs),
    describe: (index, { formats }) => `${formats.second(times[index] ?? 0)} · ${formats.count(online[index] ?? 0)}`,
  };
}

/** The mean, the highest and the lowest value of each entry. */
function chartRange(history: RangeHistory): ChartData {
  const { lowest, mean, highest, everyMs, endsAt } = history.series;
  const times = timesTo(endsAt, everyMs, mean.length);
  const days = new Map(daysOf(history, dateOf).map((day) => [day.date, day]));
  return {
    times,
    values: mean,
    band: { highest, lowest },
    ...axisOf(times, endsAt, leastEntries * everyMs),
    describe(index, { formats, messages }, now) {
      const time = times[index] ?? 0;
      const [low, high] = [lowest[index] ?? 0, highest[index] ?? 0];
      const range = low === high ? '' : ` (${formats.count(low)}–${formats.count(high)})`;
      const moment = `${formats.moment(time, now)} · ${formats.count(roundMean(mean[index] ?? 0))}${range}`;
      const day = days.get(dateOf(time));
      if (!day) return moment;
      return `${moment}\n${messages.dayTotal(formats.counted(day.visits, messages.visitsThen), formats.count(day.peak))}`;
    },
  };
}

function timesTo(endsAt: number, everyMs: number, length: number): number[] {
  return Array.from({ length }, (_, index) => endsAt - (length - 1 - index) * everyMs);
}

function axisOf(times: readonly number[], endsAt: number, leastMs: number) {
  const from = times[0] ?? endsAt;
  return { from, to: Math.max(endsAt, from + leastMs), leastMs };
}

/** The day in the reader's time zone. */
function dateOf(time: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: the calendar of a time that is given, not the clock.
  return new Date(time).toDateString();
}

/** A decimal is useful for a few visitors only. */
function roundMean(mean: number): number {
  return mean < 10 ? Math.round(mean * 10) / 10 : Math.round(mean);
}

/** The indexes of values without a neighbour, through which no line passes, and of the newest value. */
export function dotsOf(values: ArrayLike<number | null | undefined>): number[] {
  const isGap = (index: number) => (values[index] ?? null) === null;
  const known = Array.from(values, (_, index) => index).filter((index) => !isGap(index));
  const newest = known.at(-1);
  return known.filter((index) => index === newest || (isGap(index - 1) && isGap(index + 1)));
}

/**
 * The index of a known value, so many entries from another: if that is a gap, the next one in the same direction, or else
 * in the other. `undefined` if none is known.
 *
 * @param shown - the first and the last index to choose from
 */
export function knownFrom(values: Line, index: number, by: number, [first, last]: readonly [number, number]) {
  const start = Math.min(last, Math.max(first, index + by));
  const step = by < 0 ? -1 : 1;
  for (const direction of [step, -step]) {
    for (let next = start; next >= first && next <= last; next += direction) {
      if ((values[next] ?? null) !== null) return next;
    }
  }
  return undefined;
}
