// biome-ignore-all lint/style/noRestrictedGlobals: the calendar of a time that is given, not the clock.
import { daysOf, type History, type RangeHistory } from '@live-visitors/shared';
import type { Locale } from '../messages/languages.ts';

/** The shortest time axis, in entries, so that the first ones of a new server are more than a dot. */
const leastRecent = 60;
const leastInRange = 10;

/** The last minutes by the second, or a range of history. */
export type Past = History | RangeHistory;

/** Values at the times; `null` is a gap. */
export type Line = (number | null)[];

/** Times are in milliseconds since 1970. */
export type ChartData = ReturnType<typeof axisOf> & {
  /** With the means of a range of history, the highest and the lowest values behind them. */
  lines: [times: number[], values: Line] | [times: number[], values: Line, highest: Line, lowest: Line];
  /** Writes what is known of a moment. */
  describe: (index: number, locale: Locale, now: number) => string;
};

export function chartOf(past: Past): ChartData {
  return 'series' in past ? chartRange(past) : chartRecent(past);
}

function chartRecent({ everyMs, endsAt, online }: History): ChartData {
  const axis = axisOf(everyMs, endsAt, online.length, leastRecent);
  return {
    ...axis,
    lines: [axis.times, online],
    describe: (index, { formats }) =>
      `${formats.second(axis.times[index] ?? 0)} · ${text(online[index], formats.count)}`,
  };
}

function chartRange(history: RangeHistory): ChartData {
  const { lowest, mean, highest, everyMs, endsAt } = history.series;
  const axis = axisOf(everyMs, endsAt, mean.length, leastInRange);
  const dateOf = (time: number) => new Date(time).toDateString();
  const days = new Map(daysOf(history, dateOf).map((day) => [day.date, day]));
  return {
    ...axis,
    lines: [axis.times, mean, highest, lowest],
    describe(index, { formats, messages }, now) {
      const time = axis.times[index] ?? 0;
      const [low, high] = [lowest[index], highest[index]].map((value) => text(value, formats.count));
      const range = low === high ? '' : ` (${low}–${high})`;
      const moment = `${formats.moment(time, now)} · ${text(mean[index], (value) => formats.count(roundMean(value)))}${range}`;
      const day = days.get(dateOf(time));
      if (!day) return moment;
      return `${moment}\n${messages.dayTotal(formats.counted(day.visits, messages.visitsThen), formats.count(day.peak))}`;
    },
  };
}

/** The time axis. It begins at the first value. No part of it that is shorter than `leastMs` is worth a look. */
function axisOf(everyMs: number, endsAt: number, length: number, least: number) {
  const times = Array.from({ length }, (_, index) => endsAt - (length - 1 - index) * everyMs);
  const from = times[0] ?? endsAt;
  const leastMs = least * everyMs;
  return { times, everyMs, from, to: Math.max(endsAt, from + leastMs), leastMs };
}

function text(value: number | null | undefined, format: (value: number) => string): string {
  return typeof value === 'number' ? format(value) : '–';
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
