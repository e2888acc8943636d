import type { DayHistory, History } from '@live-visitors/shared';
import { recentSeconds } from '../../stream/recent.ts';

const minuteMs = 60_000;
const recentMs = recentSeconds * 1000;
const dayMs = 24 * 60 * minuteMs;

/** More than so many steps on the axis of the values would be a ruler. */
const maxValueSteps = 4;

/** The axis ends so far above the highest value, that a line at the top is no frame. */
const headroom = 1.1;

/** Minutes from one tick to the next, for the axis of time. Every one of them divides the day. */
const timeSteps = [1, 2, 5, 10, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440];

/** Values at `times`; `null` is a gap. */
export type Line = (number | null)[];

/** What is drawn. Times are milliseconds since 1970. */
export type PlotData = {
  /** Ascending. Never empty: where nothing is known, there are gaps at both ends of the window. */
  times: number[];
  /** The values; for the day, the mean of each minute. As long as `times`. */
  values: Line;
  /** Between which the values of each minute lay. */
  range?: { lowest: Line; highest: Line };
  /** What the axis of time spans, whatever is known of it. */
  from: number;
  to: number;
  /** Where the axis of the values is marked: from 0 to its end, whole numbers only. */
  valueTicks: number[];
};

/** The last ten minutes, by the second. `now` is for a history of which nothing is known. */
export function plotRecent(history: History | undefined, now: number): PlotData {
  const to = history?.endsAt ?? now;
  const from = to - recentMs;
  if (!history?.online.length) return nothing(from, to);
  const { everyMs, online } = history;
  return { times: timesTo(to, everyMs, online.length), values: online, from, to, valueTicks: valueTicks([online]) };
}

/** The last 24 hours, by the minute. `now` is for when nothing is known. */
export function plotDay(minutes: DayHistory['minutes'] | undefined, now: number): PlotData {
  const to = minutes?.endsAt ?? now;
  const from = to - dayMs;
  if (!minutes?.mean.length) return { ...nothing(from, to), range: { lowest: [null, null], highest: [null, null] } };
  const { everyMs, lowest, mean, highest } = minutes;
  const times = timesTo(to, everyMs, mean.length);
  return { times, values: mean, range: { lowest, highest }, from, to, valueTicks: valueTicks([mean, highest]) };
}

function nothing(from: number, to: number): PlotData {
  return { times: [from, to], values: [null, null], from, to, valueTicks: valueTicks([]) };
}

function timesTo(endsAt: number, everyMs: number, length: number): number[] {
  return Array.from({ length }, (_, index) => endsAt - (length - 1 - index) * everyMs);
}

/** From 0 in steps of 1, 2 or 5 times a power of ten to the first one above the highest value, with some headroom. */
export function valueTicks(lines: readonly Line[]): number[] {
  const highest = lines.flat().reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  const top = Math.max(1, highest) * headroom;
  const atLeast = top / maxValueSteps;
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(atLeast)));
  const step = magnitude * ([1, 2, 5].find((factor) => factor * magnitude >= atLeast) ?? 10);
  return Array.from({ length: Math.ceil(top / step) + 1 }, (_, index) => index * step);
}

/**
 * Where the axis of time is marked: at round times of day, `maxTicks` of them at most or one a day.
 *
 * @param minuteOfDay - minutes since midnight where the reader is
 */
export function timeTicks(from: number, to: number, maxTicks: number, minuteOfDay: (time: number) => number): number[] {
  const minutes = (to - from) / minuteMs;
  const step = timeSteps.find((candidate) => minutes / candidate <= maxTicks) ?? 1440;
  const first = Math.ceil(from / minuteMs);
  return Array.from({ length: Math.floor(to / minuteMs) - first + 1 }, (_, index) => (first + index) * minuteMs).filter(
    (time) => minuteOfDay(time) % step === 0,
  );
}

/** Values that have no neighbour, by index: there is no line through them. */
export function loneValues(values: Line): number[] {
  const isGap = (index: number) => (values[index] ?? null) === null;
  return [...values.keys()].filter((index) => !isGap(index) && isGap(index - 1) && isGap(index + 1));
}

/** The index of the value nearest to a time, no further away than `withinMs`. */
export function nearestValue({ times, values }: PlotData, time: number, withinMs: number): number | undefined {
  let nearest: number | undefined;
  let distance = withinMs;
  times.forEach((candidate, index) => {
    if ((values[index] ?? null) === null || Math.abs(candidate - time) > distance) return;
    nearest = index;
    distance = Math.abs(candidate - time);
  });
  return nearest;
}
