import { graceMs } from '../timing.ts';
import type { Share } from './limits.ts';
import type { Client } from './presence.ts';

/** A client, and when its browser was first seen, in milliseconds since some moment. */
export type SeenClient = Client & Share & { since: number };

/**
 * Keeps the places of tabs whose stream has broken off, until their next stream takes them over.
 *
 * @param leave - counts a client out
 * @param comeBack - counts a client that was counted out in again, with this many of its tabs
 * @param elapsed - milliseconds since some moment; never set back
 */
export function createGracePeriod<Place extends SeenClient>(
  leave: (client: Place) => void,
  comeBack: (client: Place, tabs: number) => void,
  elapsed: () => number,
) {
  /** Oldest first, each with the time since which it is kept. */
  const kept = new Map<Place, number>();

  function giveUp(place: Place): void {
    leave(place);
    kept.delete(place);
  }

  return {
    /** Keeps the places of the tabs that shared a stream with the tab that is gone. Observers have none. */
    keep(client: Place): void {
      if (client.browser === undefined || client.tabs < 2) return;
      comeBack(client, client.tabs - 1);
      kept.set(client, elapsed());
    },

    /** Gives up the place of a client. */
    giveUp,

    /**
     * Gives places to a newcomer of the same network, oldest first: its tabs are most likely the same people, who have
     * reloaded. A browser that was here before the places were kept takes none.
     *
     * @param count - how many tabs the newcomer has more than before
     */
    takeOver({ address, since }: SeenClient, count: number): void {
      let left = count;
      for (const [place, keptSince] of kept) {
        const { tabs } = place;
        if (left <= 0) return;
        if (place.address !== address || since < keptSince) continue;
        leave(place);
        if (tabs > left) comeBack(place, tabs - left);
        else kept.delete(place);
        left -= tabs;
      }
    },

    /** Gives up the places that were not taken in time. Call it at each tick. */
    expire(): void {
      for (const [place, keptSince] of kept) if (elapsed() >= keptSince + graceMs) giveUp(place);
    },

    /** How many tabs have a kept place. */
    tabs: () => [...kept.keys()].reduce((sum, { tabs }) => sum + tabs, 0),
  };
}
