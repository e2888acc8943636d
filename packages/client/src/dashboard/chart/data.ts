import type { History, RangeHistory } from '@live-visitors/shared';
import type { Formats } from '../formats.ts';
import { recentSeconds } from '../recent.ts';

const minuteMs = 60_000;
const recentMs = recentSeconds * 1000;
const dayMs = 24 * 60 * minuteMs;

/** The most steps on the value axis. */
const maxValueSteps = 4;

/** How far the value axis reaches above the highest value, as a factor: a line at the very top looks like a frame. */
const headroom = 1.1;

/** Minutes between two ticks of the time axis. Each divides the day. */
const timeSteps = [1, 2, 5, 10, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440];

/** Values at `times`; `null` is a gap. */
export type Line = (number | null)[];

/** Times are in milliseconds since 1970. */
export type ChartData = {
  /** Ascending and never empty: without data, there are gaps at both ends of the window. */
  times: number[];
  /** One for each of `times`; for the day, the mean of each minute. */
  values: Line;
  /** The lowest and the highest value of each minute. */
  range?: { lowest: Line; highest: Line };
  /** The whole time axis, with data or without. */
  from: number;
  to: number;
  /** The ticks of the value axis: whole numbers, from 0 to its end. */
  valueTicks: number[];
};

/** The last ten minutes, by the second. They end `now` if there is no data. */
export function chartRecent(history: History | undefined, now: number): ChartData {
  const to = history?.endsAt ?? now;
  const from = to - recentMs;
  if (!history?.online.length) return noData(from, to);
  const { everyMs, online } = history;
  return { times: timesTo(to, everyMs, online.length), values: online, from, to, valueTicks: valueTicks([online]) };
}

/** The last 24 hours, by the minute. They end `now` if there is no data. */
export function chartDay(minutes: RangeHistory['series'] | undefined, now: number): ChartData {
  const to = minutes?.endsAt ?? now;
  const from = to - dayMs;
  if (!minutes?.mean.length) return { ...noData(from, to), range: { lowest: [null, null], highest: [null, null] } };
  const { everyMs, lowest, mean, highest } = minutes;
  const times = timesTo(to, everyMs, mean.length);
  return { times, values: mean, range: { lowest, highest }, from, to, valueTicks: valueTicks([mean, highest]) };
}

function noData(from: number, to: number): ChartData {
  return { times: [from, to], values: [null, null], from, to, valueTicks: valueTicks([]) };
}

function timesTo(endsAt: number, everyMs: number, length: number): number[] {
  return Array.from({ length }, (_, index) => endsAt - (length - 1 - index) * everyMs);
}

/** From 0, in steps of 1, 2 or 5 times a power of ten, to the first step above the highest value and its headroom. */
export function valueTicks(lines: readonly Line[]): number[] {
  const highest = lines.flat().reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  const top = Math.max(1, highest) * headroom;
  const atLeast = top / maxValueSteps;
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(atLeast)));
  const step = magnitude * ([1, 2, 5].find((factor) => factor * magnitude >= atLeast) ?? 10);
  return Array.from({ length: Math.ceil(top / step) + 1 }, (_, index) => index * step);
}

/**
 * The ticks of the time axis: round times of day, at most `maxTicks` of them or one a day.
 *
 * @param minuteOfDay - minutes since midnight, in the reader's time zone
 */
export function timeTicks(from: number, to: number, maxTicks: number, minuteOfDay: (time: number) => number): number[] {
  const minutes = (to - from) / minuteMs;
  const step = timeSteps.find((candidate) => minutes / candidate <= maxTicks) ?? 1440;
  const first = Math.ceil(from / minuteMs);
  return Array.from({ length: Math.floor(to / minuteMs) - first + 1 }, (_, index) => (first + index) * minuteMs).filter(
    (time) => minuteOfDay(time) % step === 0,
  );
}

/** The indexes of values without a neighbour: no line passes through them. */
export function loneValues(values: Line): number[] {
  const isGap = (index: number) => (values[index] ?? null) === null;
  return [...values.keys()].filter((index) => !isGap(index) && isGap(index - 1) && isGap(index + 1));
}

/** The index of the value nearest to a time, at most `withinMs` away. */
export function nearestValue({ times, values }: ChartData, time: number, withinMs: number): number | undefined {
  let nearest: number | undefined;
  let distance = withinMs;
  times.forEach((candidate, index) => {
    if ((values[index] ?? null) === null || Math.abs(candidate - time) > distance) return;
    nearest = index;
    distance = Math.abs(candidate - time);
  });
  return nearest;
}

/** How the reader's language writes the labels. */
export type Labels = Pick<Formats, 'count' | 'minute' | 'second'>;

/** The tooltip of a point: `14:03:20 · 7` for a second, `14:03 · 5 (2–9)` for a minute. */
export function describePoint({ times, values, range }: ChartData, index: number, labels: Labels): string {
  const time = times[index] ?? Number.NaN;
  const value = values[index] ?? 0;
  if (!range) return `${labels.second(time)} · ${labels.count(value)}`;

  const text = `${labels.minute(time)} · ${labels.count(roundMean(value))}`;
  const lowest = range.lowest[index] ?? value;
  const highest = range.highest[index] ?? value;
  return lowest === highest ? text : `${text} (${labels.count(lowest)}–${labels.count(highest)})`;
}

/** A decimal is useful for a few visitors only. */
function roundMean(mean: number): number {
  return mean < 10 ? Math.round(mean * 10) / 10 : Math.round(mean);
}
