import { maxTabs } from '@live-visitors/shared';

/** How many tabs a stream may speak for, on average over all streams of an address. */
const fairTabsPerStream = 4;

/** How many connections an address may have for each stream that it may have: pages load files besides. */
const connectionsPerStream = 4;

export type LimitOptions = {
  /** The most streams at once. */
  maxStreams: number;
  /** The most streams at once from one address; its tabs and its connections may be four times as many. */
  maxStreamsPerAddress: number;
  /** The most connections at once, streams among them. One address has half of them at most. */
  maxConnections: number;
};

/** What one stream takes up. */
export type Share = { address: string; tabs: number };

export type BrokenLimit = 'max_streams' | 'max_streams_per_address';

type Usage = { connections: number; streams: number; tabs: number };

export type Limits = ReturnType<typeof createLimits>;

/** Knows how much of the server's room is taken, in all and by each address. */
export function createLimits({ maxStreams, maxStreamsPerAddress, maxConnections }: LimitOptions) {
  // A single browser may always have all the tabs that a stream can speak for.
  const maxTabsPerAddress = Math.max(maxTabs, fairTabsPerStream * maxStreamsPerAddress);
  const maxConnectionsPerAddress = Math.min(connectionsPerStream * maxStreamsPerAddress, Math.ceil(maxConnections / 2));
  const byAddress = new Map<string, Usage>();
  let streams = 0;

  function usageOf(address: string): Usage {
    return byAddress.get(address) ?? { connections: 0, streams: 0, tabs: 0 };
  }

  function add(address: string, added: Partial<Usage>, sign: 1 | -1): void {
    const usage = usageOf(address);
    usage.connections += sign * (added.connections ?? 0);
    usage.streams += sign * (added.streams ?? 0);
    usage.tabs += sign * (added.tabs ?? 0);
    if (usage.connections === 0 && usage.streams === 0) byAddress.delete(address);
    else byAddress.set(address, usage);
  }

  /** Takes up room, whatever the limits say. Returns how to give it back, to be called once. */
  function hold(address: string, added: Partial<Usage>): () => void {
    add(address, added, 1);
    return () => add(address, added, -1);
  }

  return {
    /**
     * Admits a stream, or names the limit that it would break. Limits bound newcomers: a stream that replaces its own, of
     * the same browser and address, is always admitted. Its tabs are what fits, and never fewer than it had.
     *
     * @param replaced - the share of the browser's stream so far, if any
     * @returns how many of its tabs to count
     */
    admit({ address, tabs }: Share, replaced?: Share): { ok: true; tabs: number } | { ok: false; limit: BrokenLimit } {
      const usage = usageOf(address);
      if (replaced?.address === address) {
        const room = maxTabsPerAddress - (usage.tabs - replaced.tabs);
        return { ok: true, tabs: Math.min(tabs, Math.max(room, replaced.tabs)) };
      }
      if (streams - (replaced ? 1 : 0) >= maxStreams) return { ok: false, limit: 'max_streams' };
      const fits = usage.streams < maxStreamsPerAddress && usage.tabs + tabs <= maxTabsPerAddress;
      return fits ? { ok: true, tabs } : { ok: false, limit: 'max_streams_per_address' };
    },

    /** Takes up the room of a stream, whatever the limits say. Returns how to give it back, to be called once. */
    take({ address, tabs }: Share): () => void {
      const giveBack = hold(address, { streams: 1, tabs });
      streams++;
      return () => {
        giveBack();
        streams--;
      };
    },

    /** Takes up a connection; returns how to give it back, or `undefined` where the address has too many. */
    connect(address: string): (() => void) | undefined {
      return usageOf(address).connections < maxConnectionsPerAddress ? hold(address, { connections: 1 }) : undefined;
    },

    /** Whether an address has more than half of all streams. */
    holdsMajority: (address: string): boolean => usageOf(address).streams > streams / 2,
  };
}
