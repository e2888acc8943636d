import { maxTabs } from '@live-visitors/shared';

/** How many tabs a stream may speak for, on average over all streams of an address. */
const fairTabsPerStream = 4;

export type LimitOptions = {
  /** The most streams at once. */
  maxStreams: number;
  /** The most streams at once from one address; its tabs may be four times as many. */
  maxStreamsPerAddress: number;
};

/** What one stream takes up. */
export type Share = { address: string; tabs: number };

export type BrokenLimit = 'max_streams' | 'max_streams_per_address';

export type Limits = ReturnType<typeof createLimits>;

/** Knows how much of the server's room is taken, in all and by each address. */
export function createLimits({ maxStreams, maxStreamsPerAddress }: LimitOptions) {
  // A single browser may always have all the tabs that a stream can speak for.
  const maxTabsPerAddress = Math.max(maxTabs, fairTabsPerStream * maxStreamsPerAddress);
  const byAddress = new Map<string, { streams: number; tabs: number }>();
  let streams = 0;

  function add({ address, tabs }: Share, sign: 1 | -1): void {
    const sum = byAddress.get(address) ?? { streams: 0, tabs: 0 };
    sum.streams += sign;
    sum.tabs += sign * tabs;
    streams += sign;
    if (sum.streams === 0) byAddress.delete(address);
    else byAddress.set(address, sum);
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
      const sum = byAddress.get(address) ?? { streams: 0, tabs: 0 };
      if (replaced?.address === address) {
        const room = maxTabsPerAddress - (sum.tabs - replaced.tabs);
        return { ok: true, tabs: Math.min(tabs, Math.max(room, replaced.tabs)) };
      }
      if (streams - (replaced ? 1 : 0) >= maxStreams) return { ok: false, limit: 'max_streams' };
      const fits = sum.streams < maxStreamsPerAddress && sum.tabs + tabs <= maxTabsPerAddress;
      return fits ? { ok: true, tabs } : { ok: false, limit: 'max_streams_per_address' };
    },

    /** Takes up room, whatever the limits say. Returns how to give it back, to be called once. */
    take(share: Share): () => void {
      add(share, 1);
      return () => add(share, -1);
    },
  };
}
