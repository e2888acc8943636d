import { graceMs } from '../timing.ts';
import type { Share } from './limits.ts';
import { onAtMost } from './page-names.ts';
import type { JoinedPages } from './pages.ts';
import type { Client } from './presence.ts';

/** A client, and when its browser was first seen, in milliseconds since some moment. */
export type SeenClient = Client & Share & { since: number };

/** `on` names the pages of the tabs, each once for each tab. Which tab is on which page is not known. */
type Kept = { client: SeenClient; on: readonly string[]; pages: JoinedPages | undefined; since: number };

/**
 * Keeps the places of tabs whose stream has broken off, until their next stream takes them over.
 *
 * @param join - counts a client in, and its tabs on pages
 * @param leave - counts it out
 * @param elapsed - milliseconds since some moment; never set back
 */
export function createGracePeriod(
  join: (client: SeenClient, on: readonly string[]) => JoinedPages | undefined,
  leave: (client: SeenClient, pages: JoinedPages | undefined) => void,
  elapsed: () => number,
) {
  /** Oldest first. */
  const kept = new Set<Kept>();

  function giveUp(place: Kept): void {
    leave(place.client, place.pages);
    kept.delete(place);
  }

  /** Changes the number of tabs of a place. */
  function recount(place: Kept, tabs: number): void {
    leave(place.client, place.pages);
    hold(place, tabs);
  }

  function hold(place: Kept, tabs: number): void {
    place.client = { ...place.client, tabs };
    place.on = onAtMost(place.on, tabs);
    place.pages = join(place.client, place.on);
  }

  return {
    /** Keeps the places of the tabs that shared a stream with the tab that is gone. Observers have none. */
    keepFor({ browser, address, tabs, since }: SeenClient, on: readonly string[]): void {
      if (browser === undefined || tabs < 2) return;
      const client = { browser, address, tabs, since, visits: 0, onReplaced: () => giveUp(place) };
      const place: Kept = { client, on, pages: undefined, since: elapsed() };
      hold(place, tabs - 1);
      kept.add(place);
    },

    /**
     * Gives places to a newcomer of the same network, oldest first: its tabs are most likely the same people, who have
     * reloaded. A browser that was here before the places were kept takes none.
     *
     * @param count - how many tabs the newcomer has more than before
     */
    takeOver({ address, since }: SeenClient, count: number): void {
      let left = count;
      for (const place of kept) {
        const { tabs, address: network } = place.client;
        if (left <= 0) return;
        if (network !== address || since < place.since) continue;
        if (tabs <= left) giveUp(place);
        else recount(place, tabs - left);
        left -= tabs;
      }
    },

    /** Gives up the places that were not taken in time. Call it at each tick. */
    expire(): void {
      for (const place of kept) if (elapsed() >= place.since + graceMs) giveUp(place);
    },

    /** How many tabs have a kept place. */
    tabs: () => [...kept].reduce((sum, { client }) => sum + client.tabs, 0),

    places: (): readonly Pick<Kept, 'client' | 'pages'>[] => [...kept],
  };
}
