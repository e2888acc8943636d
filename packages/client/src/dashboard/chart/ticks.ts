// biome-ignore-all lint/style/noRestrictedGlobals: the calendar of a time that is given, not the clock.

const secondMs = 1000;
const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The steps of the time axis: near enough to each other that the narrowest phone has space for two labels. */
export const timeSteps = [
  ...[5, 10, 15, 20, 30].map((seconds) => seconds * secondMs),
  ...[1, 2, 3, 4, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * hourMs),
  ...[1, 2, 3, 5, 10].map((days) => days * dayMs),
];

const maxValueSteps = 3;

/** The ticks of the value axis: from 0 in whole steps of 1, 2 or 5 times a power of ten, to the first that is not below `highest`. */
export function valueTicks(highest: number): number[] {
  const atLeast = Math.max(1, highest / maxValueSteps);
  const magnitude = 10 ** Math.floor(Math.log10(atLeast));
  const step = magnitude * ([1, 2, 5].find((factor) => factor * magnitude >= atLeast) ?? 10);
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, index) => index * step);
}

/** Whether a step of the local clock begins at a time: an hour, or a day that may have 23 or 25 of them. */
export function beginsStep(at: number, stepMs: number): boolean {
  const stepOf = (time: number) => Math.floor((time - new Date(time).getTimezoneOffset() * minuteMs) / stepMs);
  return stepOf(at) !== stepOf(at - 1);
}

/** The times at which steps of the local clock begin. In all time zones, hours and days begin on a quarter of an hour. */
export function timeTicks(from: number, to: number, stepMs: number): number[] {
  const everyMs = Math.min(stepMs, 15 * minuteMs);
  const first = Math.ceil(from / everyMs);
  const times = Array.from({ length: Math.floor(to / everyMs) - first + 1 }, (_, index) => (first + index) * everyMs);
  return times.filter((at) => beginsStep(at, stepMs));
}
