import type { Party } from './presence.ts';
import { graceMs } from '../timing.ts';

/**
 * Keeps places in the count for heirs: tabs whose stream has broken off, until their next stream takes them.
 *
 * @param enter - counts a party in; returns how to count it out
 * @param elapsed - milliseconds since some moment; never set back
 */
export function createSuccession<Guest extends Party>(enter: (party: Guest) => () => void, elapsed: () => number) {
  const kept = new Map<Guest, { until: number; leave: () => void }>();

  function giveUp(party: Guest): void {
    kept.get(party)?.leave();
    kept.delete(party);
  }

  return {
    /** Keeps the places of those who shared a stream with the tab that has gone, if any: an observer has none. */
    keepFor(party: Guest): void {
      if (party.browser === undefined || party.tabs < 2) return;
      const heirs = { ...party, tabs: party.tabs - 1, arrivals: 0, onReplaced: () => giveUp(heirs) };
      kept.set(heirs, { until: elapsed() + graceMs, leave: enter(heirs) });
    },

    /** Gives up the places that nobody has taken in time. To be called at each tick. */
    expire(): void {
      for (const [party, { until }] of kept) if (elapsed() >= until) giveUp(party);
    },

    parties: (): Guest[] => [...kept.keys()],
  };
}
