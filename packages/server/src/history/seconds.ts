import { type History, tickMs } from '@live-visitors/shared';
import { tickOf } from '../stream/tick.ts';

export type RecordedCount = {
  /** The id of the tick's event. Each is higher than the one before. */
  id: number;
  /** When it was recorded, in milliseconds since 1970. */
  at: number;
  online: number;
};

/**
 * The last `capacity` ticks' `online`, oldest forgotten first.
 *
 * Ticks fall on whole seconds, give or take: each goes to the second nearest to it, so that a tick that comes a
 * little early or late leaves no gap.
 */
export function createHistory(capacity: number) {
  const ring = new Array<RecordedCount | null>(capacity).fill(null);
  let newest: number | undefined;
  let oldest = 0;
  /** How far the clock has been set since the first tick, in whole ticks: slots are numbered by its first setting. */
  let clockSteps = 0;

  return {
    /** Records a tick. One that is older than the newest is ignored. */
    add(tick: RecordedCount): void {
      const slot = tickOf(tick.at) - clockSteps;
      if (newest === undefined) oldest = slot;
      else if (slot < newest) return;
      const firstMissed = Math.max((newest ?? slot) + 1, slot - capacity);
      for (let missed = firstMissed; missed < slot; missed++) ring[missed % capacity] = null;
      ring[slot % capacity] = tick;
      newest = slot;
      oldest = Math.max(oldest, slot - capacity + 1);
    },

    /** Moves all times with the clock, which was set forward by so many milliseconds, or back where it is negative. */
    moveClock(byMs: number): void {
      clockSteps += Math.round(byMs / tickMs);
    },

    /** The last `seconds`, or as many as are held; `undefined` where that is none. */
    last(seconds: number): History | undefined {
      return newest === undefined ? undefined : from(newest, Math.ceil((seconds * 1000) / tickMs));
    },

    /** What was recorded after the tick with this id, as far as it is held; `undefined` where that is nothing. */
    since(id: number): History | undefined {
      if (newest === undefined) return undefined;
      let slot = newest;
      while (slot >= oldest && (ring[slot % capacity]?.id ?? Number.POSITIVE_INFINITY) > id) slot--;
      return from(newest, newest - slot);
    },
  };

  function from(end: number, wanted: number): History | undefined {
    const length = Math.min(wanted, end - oldest + 1);
    if (length <= 0) return undefined;
    const online = Array.from({ length }, (_, index) => ring[(end - length + 1 + index) % capacity]?.online ?? null);
    return { everyMs: tickMs, endsAt: (end + clockSteps) * tickMs, online };
  }
}
