import { tickMs } from '@live-visitors/shared';

/** The number of the tick to which a time in milliseconds belongs: the nearest one. */
export function tickOf(at: number): number {
  return Math.round(at / tickMs);
}

/**
 * The moment of the next tick: a whole multiple of `everyMs`, so that a late one delays no other and all nodes of a fleet
 * count at the same moment.
 *
 * @param lastAt - when the last one was due: a timer that fires a touch early must not meet it twice
 */
export function nextTickAt(now: number, everyMs: number, lastAt?: number): number {
  const next = now - (now % everyMs) + everyMs;
  return next === lastAt ? next + everyMs : next;
}
