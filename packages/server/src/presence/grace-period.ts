import { graceMs } from '../timing.ts';
import type { Client } from './presence.ts';

/**
 * Keeps places in the count for keptPlaces: tabs whose stream has broken off, until their next stream takes them.
 *
 * @param enter - counts a client in; returns how to count it out
 * @param elapsed - milliseconds since some moment; never set back
 */
export function createGracePeriod<Member extends Client>(enter: (client: Member) => () => void, elapsed: () => number) {
  const kept = new Map<Member, { until: number; leave: () => void }>();

  function giveUp(client: Member): void {
    kept.get(client)?.leave();
    kept.delete(client);
  }

  return {
    /** Keeps the places of those who shared a stream with the tab that has gone, if any: an observer has none. */
    keepFor(client: Member): void {
      if (client.browser === undefined || client.tabs < 2) return;
      const keptPlaces = { ...client, tabs: client.tabs - 1, arrivals: 0, onReplaced: () => giveUp(keptPlaces) };
      kept.set(keptPlaces, { until: elapsed() + graceMs, leave: enter(keptPlaces) });
    },

    /** Gives up the places that nobody has taken in time. To be called at each tick. */
    expire(): void {
      for (const [client, { until }] of kept) if (elapsed() >= until) giveUp(client);
    },

    clients: (): Member[] => [...kept.keys()],
  };
}
