/** One stream's part of the presence. */
export type Client = {
  /** The id of the browser, if it sent one. */
  browser?: string | undefined;
  /** Tabs open in this browser. A client with none is an observer, which no figure counts. */
  tabs: number;
  /** How many of the tabs are new visits. */
  visits: number;
};

/** What one process counts. `visits` and `visitorSeconds` only ever grow. */
export type Counts = {
  online: number;
  /** How many of them may raise the peak; by default all of them. */
  confirmed?: number;
  browsers: number;
  visits: number;
  visitorSeconds: number;
};

/** Counts the clients that are present. Knows numbers and ids only: no sockets, no clock. */
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

  /** Counts a client out. A second call, or one after the client was replaced, does nothing. */
  function leave(client: Member): void {
    if (!clients.delete(client)) return;
    count(client, -1);
    if (client.browser !== undefined && byBrowser.get(client.browser) === client) byBrowser.delete(client.browser);
  }

  function find(browser: string | undefined): Member | undefined {
    return browser === undefined ? undefined : byBrowser.get(browser);
  }

  return {
    /**
     * Counts a client in. If it has the `browser` id of another client it takes that one's place in the same step, so
     * that no tab is counted twice.
     *
     * @returns the client whose place it has taken
     */
    join(client: Member): Member | undefined {
      const replaced = find(client.browser);
      if (replaced) leave(replaced);
      clients.add(client);
      if (client.browser !== undefined) byBrowser.set(client.browser, client);
      count(client, 1);
      visits += client.visits;
      return replaced;
    },

    leave,

    /** All that are present. */
    clients: clients as ReadonlySet<Member>,

    /** The client that one with this `browser` id would replace. */
    find,

    /** Adds the time that all present tabs have spent. */
    elapse(elapsedMs: number): void {
      visitorMs += online * elapsedMs;
    },

    read: (): Counts => ({ online, browsers, visits, visitorSeconds: Math.floor(visitorMs / 1000) }),
  };
}
