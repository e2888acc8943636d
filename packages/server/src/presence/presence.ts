/** One stream's part of the audience. */
export type Party = {
  /** The id of the browser, where it gave one. */
  browser?: string | undefined;
  /** Tabs open in this browser. A party with none is an observer, who is counted in no figure. */
  tabs: number;
  /** How many of the tabs are new and count as visits. */
  arrivals: number;
  /** Called once when another party with the same `browser` id has taken this one's place. */
  onReplaced?: () => void;
};

/** What one process counts by itself. `visits` and `visitorSeconds` only ever grow. */
export type Reading = {
  online: number;
  /** How many of them may raise a peak; all of them where it is left out. */
  confirmed?: number;
  browsers: number;
  visits: number;
  visitorSeconds: number;
};

/** Everyone who is here now. Knows numbers and ids only: no sockets, no clock. */
export function createAudience<Guest extends Party>() {
  const parties = new Set<Guest>();
  const byBrowser = new Map<string, Guest>();
  let online = 0;
  let browsers = 0;
  let visits = 0;
  let visitorMs = 0;

  function count({ tabs }: Guest, sign: 1 | -1): void {
    online += sign * tabs;
    if (tabs > 0) browsers += sign;
  }

  function leave(party: Guest) {
    if (!parties.delete(party)) return;
    count(party, -1);
    if (party.browser !== undefined && byBrowser.get(party.browser) === party) byBrowser.delete(party.browser);
  }

  return {
    /**
     * Counts a party in. One that has the `browser` id of another takes its place in the same step, so that nobody
     * is ever counted twice.
     *
     * @returns how to count it out again; a second call, or one after the party was replaced, does nothing
     */
    join(party: Guest): () => void {
      const replaced = party.browser === undefined ? undefined : byBrowser.get(party.browser);
      if (replaced) leave(replaced);
      parties.add(party);
      if (party.browser !== undefined) byBrowser.set(party.browser, party);
      count(party, 1);
      visits += party.arrivals;
      replaced?.onReplaced?.();
      return () => leave(party);
    },

    /** The party that one with the same `browser` id would replace, if any. */
    find(browser: string | undefined): Guest | undefined {
      return browser === undefined ? undefined : byBrowser.get(browser);
    },

    /** Lets `elapsedMs` milliseconds pass for everyone who is here. */
    elapse(elapsedMs: number): void {
      visitorMs += online * elapsedMs;
    },

    read(): Reading {
      return { online, browsers, visits, visitorSeconds: Math.floor(visitorMs / 1000) };
    },
  };
}
