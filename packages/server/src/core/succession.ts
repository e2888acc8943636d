import type { Party } from './audience.ts';

/**
 * How long the places of a browser's other tabs are kept when their stream breaks off: the tab that held it is gone at
 * once, and one of the others is about to open the next stream. Without this the count would dip by all of them. As the
 * places are given up at a tick, a browser that goes with all its tabs is out of the count within 1.5 s.
 */
const successionMs = 450;

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
      kept.set(heirs, { until: elapsed() + successionMs, leave: enter(heirs) });
    },

    /** Gives up the places that nobody has taken in time. To be called at each tick. */
    expire(): void {
      for (const [party, { until }] of kept) if (elapsed() >= until) giveUp(party);
    },

    parties: (): Guest[] => [...kept.keys()],
  };
}
