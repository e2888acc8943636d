import { type History, tickMs } from '@live-visitors/shared';

/**
 * The last `capacity` ticks' `online`, oldest forgotten first.
 *
 * Ticks fall on whole seconds, give or take: each goes to the second nearest to it, so that a tick that comes a
 * little early or late leaves no gap.
 */
export function createHistory(capacity: number) {
  const ring = new Array<number | null>(capacity).fill(null);
  let newest: number | undefined;
  let oldest = 0;

  const slotOf = (at: number) => Math.round(at / tickMs);

  return {
    /** Records a tick. `at` is in milliseconds since 1970; one that is older than the newest is passed over. */
    add(at: number, online: number): void {
      const slot = slotOf(at);
      if (newest === undefined) oldest = slot;
      else if (slot < newest) return;
      const firstMissed = Math.max((newest ?? slot) + 1, slot - capacity);
      for (let missed = firstMissed; missed < slot; missed++) ring[missed % capacity] = null;
      ring[slot % capacity] = online;
      newest = slot;
      oldest = Math.max(oldest, slot - capacity + 1);
    },

    /** The last `seconds`, or as many as are held; `undefined` where that is none. */
    last(seconds: number): History | undefined {
      return newest === undefined ? undefined : from(newest, Math.ceil((seconds * 1000) / tickMs));
    },

    /** What was recorded after the time `at`, as far as it is held; `undefined` where that is nothing. */
    since(at: number): History | undefined {
      return newest === undefined ? undefined : from(newest, newest - slotOf(at));
    },
  };

  function from(end: number, wanted: number): History | undefined {
    const length = Math.min(wanted, end - oldest + 1);
    if (length <= 0) return undefined;
    const online = Array.from({ length }, (_, index) => ring[(end - length + 1 + index) % capacity] ?? null);
    return { everyMs: tickMs, endsAt: end * tickMs, online };
  }
}
