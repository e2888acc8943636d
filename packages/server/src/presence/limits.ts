import { maxTabs } from '@live-visitors/shared';

/**
 * For each of its streams, an address may have this many tabs, this many connections, because pages load files as well,
 * and this many new visits a minute.
 */
const perStream = 4;

export type LimitOptions = {
  maxStreams: number;
  /** An address may have four times as many tabs and connections. */
  maxStreamsPerAddress: number;
  /** Connections of all kinds. One address may have half of them. */
  maxConnections: number;
  /** Names of pages. One address may bring as many as it may have tabs. */
  maxPages: number;
};

/** The part of the limits that one stream uses up. */
export type Share = { address: string; tabs: number };

export type BrokenLimit = 'max_streams' | 'max_streams_per_address';

export type BrokenPageLimit = 'max_pages' | 'max_pages_per_address';

const none = { connections: 0, streams: 0, tabs: 0, pages: 0 };

type Usage = typeof none;

export type Limits = ReturnType<typeof createLimits>;

/** Keeps the limits on streams, tabs, connections and names of pages, in total and for each address. */
export function createLimits({ maxStreams, maxStreamsPerAddress, maxConnections, maxPages }: LimitOptions) {
  // A single browser may always have as many tabs as a stream can stand for.
  const maxTabsPerAddress = Math.max(maxTabs, perStream * maxStreamsPerAddress);
  const maxConnectionsPerAddress = Math.min(perStream * maxStreamsPerAddress, Math.ceil(maxConnections / 2));
  const byAddress = new Map<string, Usage>();
  const total = { ...none };

  function usageOf(address: string): Usage {
    return byAddress.get(address) ?? { ...none };
  }

  /** Counts what an address uses from now on or, if negative, does not use any more. */
  function add(address: string, { connections = 0, streams = 0, tabs = 0, pages = 0 }: Partial<Usage>): void {
    const usage = usageOf(address);
    for (const sum of [usage, total]) {
      sum.connections += connections;
      sum.streams += streams;
      sum.tabs += tabs;
      sum.pages += pages;
    }
    if (usage.connections === 0 && usage.streams === 0 && usage.pages === 0) byAddress.delete(address);
    else byAddress.set(address, usage);
  }

  return {
    maxStreamsPerAddress,

    add,

    /**
     * Admits a stream, or names the limit that it would break. A stream that replaces one of the same browser and address
     * is always admitted.
     *
     * @param replaced - the share of the stream that it replaces, if any
     * @returns how many of its tabs to count: as many as the limits allow, and never fewer than were counted before
     */
    admit({ address, tabs }: Share, replaced?: Share): { ok: true; tabs: number } | { ok: false; limit: BrokenLimit } {
      const usage = usageOf(address);
      if (replaced?.address === address) {
        const free = maxTabsPerAddress - (usage.tabs - replaced.tabs);
        return { ok: true, tabs: Math.min(tabs, Math.max(free, replaced.tabs)) };
      }
      if (total.streams - (replaced ? 1 : 0) >= maxStreams) return { ok: false, limit: 'max_streams' };
      const fits = usage.streams < maxStreamsPerAddress && usage.tabs + tabs <= maxTabsPerAddress;
      return fits ? { ok: true, tabs } : { ok: false, limit: 'max_streams_per_address' };
    },

    /** Names the limit that one more name of a page would break. A name counts for the address that brings it first. */
    admitPage(address: string): BrokenPageLimit | undefined {
      if (total.pages >= maxPages) return 'max_pages';
      return usageOf(address).pages >= maxTabsPerAddress ? 'max_pages_per_address' : undefined;
    },

    /** How many new visits one address may bring in a minute. */
    maxVisitsPerMinute: perStream * maxStreamsPerAddress,

    /** Adds a connection, unless the address has too many. */
    connect(address: string): boolean {
      if (usageOf(address).connections >= maxConnectionsPerAddress) return false;
      add(address, { connections: 1 });
      return true;
    },

    /** Whether an address has more than half of all streams. */
    holdsMajority: (address: string): boolean => usageOf(address).streams > total.streams / 2,
  };
}
