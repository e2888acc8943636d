import { maxTabs } from '@live-visitors/shared';

/** What a request says about the tabs that its stream stands for. */
export type Claim = {
  tabs: number;
  /** The ids of tabs that no `welcome` has acknowledged. */
  arrivals: readonly string[];
};

/** The part of a claim for which there is room. */
export function limited({ tabs, arrivals }: Claim, limit: number): Claim {
  const count = Math.min(tabs, limit);
  return { tabs: count, arrivals: arrivals.slice(0, count) };
}

/** Whether a stream's claim is out of date. While its address is full, new arrivals wait until the stream is renewed. */
export function isOutdated(said: Claim, claim: Claim, limit: number): boolean {
  const { tabs, arrivals } = limited(claim, limit);
  return said.tabs !== tabs || (limit === maxTabs && arrivals.some((id) => !said.arrivals.includes(id)));
}
