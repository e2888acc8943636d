/** The pages of one client, by name. */
export type PageNames = {
  /** Each entry is one tab on that page. */
  on: readonly string[];
  /** Pages whose counts it wants without being on them. */
  watch: readonly string[];
};

/** How many tabs of a node are on a page by now. A key of {@link untrackedKey} stands for pages that it does not track. */
export type PageChange = [key: string, tabs: number];

/** The pages of the other nodes of a fleet. */
export interface OtherPages {
  /** Whether what each of them has reported last is known. */
  readonly areKnown: boolean;
  /** How many of their tabs are on a page; `null` if that is not known. */
  online(name: string): number | null;
  /** The pages that their tabs are on. */
  names(): string[];
}

/** For a process that is not part of a fleet. */
export const noOtherPages: OtherPages = { areKnown: true, online: () => 0, names: () => [] };

/**
 * The names of a client if only so many of its tabs are counted, each at most once on each page. With no tabs, the client
 * only watches.
 */
export function withTabs({ on, watch }: PageNames, tabs: number): PageNames {
  if (tabs === 0) return { on: [], watch: [...on, ...watch] };
  const byName = Map.groupBy(on, (name) => name);
  return { on: [...byName.values()].flatMap((each) => each.slice(0, tabs)), watch };
}
