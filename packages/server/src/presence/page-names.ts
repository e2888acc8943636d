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

/** The names of a client if only so many of its tabs are counted. With no tabs, the client only watches. */
export function withTabs({ on, watch }: PageNames, tabs: number): PageNames {
  return tabs > 0 ? { on: onAtMost(on, tabs), watch } : { on: [], watch: [...on, ...watch] };
}

/** Leaves out entries that this number of tabs cannot explain: a tab is on each page at most once. */
export function onAtMost(on: readonly string[], tabs: number): string[] {
  const times = new Map<string, number>();
  return on.filter((name) => {
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return time <= tabs;
  });
}
