import { type History, tickMs } from '@live-visitors/shared';
import type { Update } from '../update.ts';

/** How much of the past the page's plot of the last minutes shows. */
export const recentSeconds = 600;

/** How many seconds the servers of a fleet, and the strategies to them, may be apart. */
const toleranceSeconds = 5;

export type Recent = ReturnType<typeof createRecent>;

/**
 * What was online in the last so many seconds, as far as it is known.
 *
 * Ticks fall on whole seconds, give or take: each goes to the second nearest to it.
 */
export function createRecent(seconds: number) {
  const online = new Map<number, number>();
  let newest = Number.NEGATIVE_INFINITY;

  const slotOf = (at: number) => Math.round(at / tickMs);

  function add(slot: number, value: number): void {
    if (slot > newest) {
      newest = slot;
      for (const known of online.keys()) if (known <= newest - seconds) online.delete(known);
    }
    if (slot > newest - seconds) online.set(slot, value);
  }

  /** Forgets what lies ahead of the server's time now: its clock was set back. */
  function forgetAfter(now: number): void {
    if (newest <= now + toleranceSeconds) return;
    for (const known of online.keys()) if (known > now) online.delete(known);
    newest = now;
  }

  return {
    seconds,

    learn({ past, last }: Update): void {
      past?.online.forEach((value, index) => {
        if (value !== null) add(slotOf(past.endsAt - (past.online.length - 1 - index) * past.everyMs), value);
      });
      if (!last) return;
      forgetAfter(slotOf(last.snapshot.at + last.ageMs));
      add(slotOf(last.snapshot.at), last.snapshot.online);
    },

    /** From the oldest second that is known to the newest; `undefined` where none is. */
    read(): History | undefined {
      if (online.size === 0) return undefined;
      const oldest = Math.min(...online.keys());
      const slots = Array.from({ length: newest - oldest + 1 }, (_, index) => oldest + index);
      return { everyMs: tickMs, endsAt: newest * tickMs, online: slots.map((slot) => online.get(slot) ?? null) };
    },
  };
}
