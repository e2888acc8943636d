import { graceMs } from '../timing.ts';
import type { Client } from './presence.ts';

/**
 * Keeps the places of tabs whose stream has broken off, until their next stream takes them over.
 *
 * @param join - counts a client in; returns how to count it out
 * @param elapsed - milliseconds since some moment; never set back
 */
export function createGracePeriod<Member extends Client>(join: (client: Member) => () => void, elapsed: () => number) {
  const kept = new Map<Member, { until: number; leave: () => void }>();

  function giveUp(client: Member): void {
    kept.get(client)?.leave();
    kept.delete(client);
  }

  return {
    /** Keeps the places of the tabs that shared a stream with the tab that is gone. Observers have none. */
    keepFor(client: Member): void {
      if (client.browser === undefined || client.tabs < 2) return;
      const others = { ...client, tabs: client.tabs - 1, arrivals: 0, onReplaced: () => giveUp(others) };
      kept.set(others, { until: elapsed() + graceMs, leave: join(others) });
    },

    /** Gives up the places that were not taken in time. Call it at each tick. */
    expire(): void {
      for (const [client, { until }] of kept) if (elapsed() >= until) giveUp(client);
    },

    clients: (): Member[] => [...kept.keys()],
  };
}
