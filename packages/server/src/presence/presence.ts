import type { Snapshot } from '@live-visitors/shared';

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
export type Counts = Pick<Snapshot, 'online' | 'browsers' | 'visits' | 'visitorSeconds'> & {
  /** How many tabs may raise the peak; by default all that are online. */
  confirmed?: number;
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

  return {
    /** Counts a client in. The one with the same `browser` id, if any, must have left. */
    join(client: Member): void {
      clients.add(client);
      if (client.browser !== undefined) byBrowser.set(client.browser, client);
      count(client, 1);
      visits += client.visits;
    },

    /** Counts a client out. To be called once. */
    leave(client: Member): void {
      clients.delete(client);
      if (client.browser !== undefined) byBrowser.delete(client.browser);
      count(client, -1);
    },

    clients: clients as ReadonlySet<Member>,

    /** The client with this `browser` id. */
    find: (browser: string | undefined) => (browser === undefined ? undefined : byBrowser.get(browser)),

    /** Adds the time that all present tabs have spent. */
    elapse(elapsedMs: number): void {
      visitorMs += online * elapsedMs;
    },

    read: (): Counts => ({ online, browsers, visits, visitorSeconds: Math.floor(visitorMs / 1000) }),
  };
}
