import { encodePageName, maxEncodedBytes, maxPages, maxTabs, type StreamQuery } from '@live-visitors/shared';

/** What a request says about the tabs that its stream stands for. */
export type Claim = Required<Pick<StreamQuery, 'tabs' | 'arrivals' | 'page' | 'watch'>>;

/** The part of a claim for which there is room. */
export function limited({ tabs, arrivals, page, watch }: Claim, limit: number): Claim {
  const count = Math.min(tabs, limit);
  let bytes = 0;

  /** Leaves a name out for all of its tabs, or for none: its count would be too low. */
  function fitting(names: readonly string[], mostTimes: number): string[] {
    const taken: string[] = [];
    for (const name of new Set(names)) {
      const all = names.filter((each) => each === name).slice(0, mostTimes);
      const size = all.length * encodePageName(name).length;
      if (taken.length + all.length > maxPages || bytes + size > maxEncodedBytes) continue;
      taken.push(...all);
      bytes += size;
    }
    return taken;
  }

  return { tabs: count, arrivals: arrivals.slice(0, count), page: fitting(page, count), watch: fitting(watch, 1) };
}

/** Whether a stream's claim is out of date. While its address is at its limit, new arrivals wait for the renewal. */
export function isOutdated(said: Claim, claim: Claim, limit: number): boolean {
  const next = limited(claim, limit);
  const textOf = ({ tabs, page, watch }: Claim) => JSON.stringify([tabs, page, watch]);
  return (
    textOf(said) !== textOf(next) || (limit === maxTabs && next.arrivals.some((id) => !said.arrivals.includes(id)))
  );
}
