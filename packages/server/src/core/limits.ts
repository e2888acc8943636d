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
     * Which limit a stream would break, if any.
     *
     * @param replaced - the share of a stream whose place it takes
     */
    brokenBy({ address, tabs }: Share, replaced?: Share): BrokenLimit | undefined {
      if (streams - (replaced ? 1 : 0) >= maxStreams) return 'max_streams';
      const sum = byAddress.get(address);
      if (sum === undefined) return undefined;
      const own = replaced?.address === address ? replaced : undefined;
      const fits =
        sum.streams - (own ? 1 : 0) < maxStreamsPerAddress && sum.tabs - (own?.tabs ?? 0) + tabs <= maxTabsPerAddress;
      return fits ? undefined : 'max_streams_per_address';
    },

    /** Takes up room, whatever the limits say. Returns how to give it back, to be called once. */
    take(share: Share): () => void {
      add(share, 1);
      return () => add(share, -1);
    },
  };
}
