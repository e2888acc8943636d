import { maxTabs } from '@live-visitors/shared';

/** What a request says of those whom its stream stands for. */
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

/** Whether a stream has said what is not so any more. While an address is full, arrivals wait until it is renewed. */
export function isOutdated(said: Claim, claim: Claim, limit: number): boolean {
  const { tabs, arrivals } = limited(claim, limit);
  return said.tabs !== tabs || (limit === maxTabs && arrivals.some((id) => !said.arrivals.includes(id)));
}
