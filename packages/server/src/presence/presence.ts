/** One stream's part of the presence. */
export type Client = {
  /** The id of the browser, where it gave one. */
  browser?: string | undefined;
  /** Tabs open in this browser. A client with none is an observer, who is counted in no figure. */
  tabs: number;
  /** How many of the tabs are new and count as visits. */
  arrivals: number;
  /** Called once when another client with the same `browser` id has taken this one's place. */
  onReplaced?: () => void;
};

/** What one process counts by itself. `visits` and `visitorSeconds` only ever grow. */
export type Counts = {
  online: number;
  /** How many of them may raise a peak; all of them where it is left out. */
  confirmed?: number;
  browsers: number;
  visits: number;
  visitorSeconds: number;
};

/** Everyone who is here now. Knows numbers and ids only: no sockets, no clock. */
export function createPresence<Member extends Client>() {
  const clients = new Set<Member>();
  const byBrowser = new Map<string, Member>();
  let online = 0;
  let browsers = 0;
  let visits = 0;
  let visitorMs = 0;

  function count({ tabs }: Member, sign: 1 | -1): void {
    online += sign * tabs;
    if (tabs > 0) browsers += sign;
  }

  function leave(client: Member) {
    if (!clients.delete(client)) return;
    count(client, -1);
    if (client.browser !== undefined && byBrowser.get(client.browser) === client) byBrowser.delete(client.browser);
  }

  return {
    /**
     * Counts a client in. One that has the `browser` id of another takes its place in the same step, so that nobody
     * is ever counted twice.
     *
     * @returns how to count it out again; a second call, or one after the client was replaced, does nothing
     */
    join(client: Member): () => void {
      const replaced = client.browser === undefined ? undefined : byBrowser.get(client.browser);
      if (replaced) leave(replaced);
      clients.add(client);
      if (client.browser !== undefined) byBrowser.set(client.browser, client);
      count(client, 1);
      visits += client.arrivals;
      replaced?.onReplaced?.();
      return () => leave(client);
    },

    /** The client that one with the same `browser` id would replace, if any. */
    find(browser: string | undefined): Member | undefined {
      return browser === undefined ? undefined : byBrowser.get(browser);
    },

    /** Lets `elapsedMs` milliseconds pass for everyone who is here. */
    elapse(elapsedMs: number): void {
      visitorMs += online * elapsedMs;
    },

    read(): Counts {
      return { online, browsers, visits, visitorSeconds: Math.floor(visitorMs / 1000) };
    },
  };
}
