import { nonNegativeIntegerSchema } from '@live-visitors/shared';
import * as v from 'valibot';
import type { Counts } from '../presence/presence.ts';

/** What happened in one minute. */
export const minuteSchema = v.object({
  /** When it began, in milliseconds since 1970. */
  at: nonNegativeIntegerSchema,
  /** Fewest and most tabs online at any tick of it. */
  lowest: nonNegativeIntegerSchema,
  highest: nonNegativeIntegerSchema,
  /** The sum of `online` over its ticks, and how many there were: the mean is the one by the other. */
  sum: nonNegativeIntegerSchema,
  ticks: nonNegativeIntegerSchema,
  /** Visits that were counted in it. */
  visits: nonNegativeIntegerSchema,
});

export type Minute = v.InferOutput<typeof minuteSchema>;

/** Minutes begin at whole multiples of it, in milliseconds since 1970. */
export const minuteMs = 60_000;

/** How many minutes a day has. */
export const dayMinutes = 24 * 60;

/** How many minutes are kept: 30 days of them. */
export const maxMinutes = 30 * dayMinutes;

/** When the minute of a time began. */
export function minuteOf(time: number): number {
  return time - (time % minuteMs);
}

/** Adds up ticks by the minute, until they are taken. Holds no more than is kept. */
export function createMinutes() {
  const minutes = new Map<number, Minute>();

  return {
    /** @param visits - how many were counted since the last tick */
    add(tickAt: number, { online, confirmed = online }: Pick<Counts, 'online' | 'confirmed'>, visits: number): void {
      const at = minuteOf(tickAt);
      const tick = { at, lowest: confirmed, highest: confirmed, sum: confirmed, ticks: 1, visits };
      minutes.set(tick.at, joined(minutes.get(tick.at), tick));
      for (const oldest of minutes.keys()) {
        if (minutes.size <= maxMinutes) break;
        minutes.delete(oldest);
      }
    },

    all: (): Iterable<Minute> => minutes.values(),
    clear: () => minutes.clear(),
  };
}

/**
 * The minutes of two sources as one, oldest first. What both know of the same minute is added up: each has ticks of it
 * that the other has not.
 */
export function mergeMinutes(some: Iterable<Minute>, others: Iterable<Minute>): Minute[] {
  const merged = new Map<number, Minute>();
  for (const minutes of [some, others]) {
    for (const minute of minutes) merged.set(minute.at, joined(merged.get(minute.at), minute));
  }
  return [...merged.values()].toSorted((a, b) => a.at - b.at);
}

/** Two parts of one minute. */
function joined(some: Minute | undefined, others: Minute): Minute {
  if (some === undefined) return others;
  return {
    at: some.at,
    lowest: Math.min(some.lowest, others.lowest),
    highest: Math.max(some.highest, others.highest),
    sum: some.sum + others.sum,
    ticks: some.ticks + others.ticks,
    visits: some.visits + others.visits,
  };
}
