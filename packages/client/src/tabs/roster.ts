import { maxTabs } from '@live-visitors/shared';

/** Those whom a stream speaks for. */
export type Tabs = {
  /** How many there are. */
  total: number;
  /** The ids of those among them that are new and count as visits. */
  newcomers: readonly string[];
};

/** What one stream says of them: how many there are, and the ids of those whom it reports as visits. */
export type RosterEntry = { tabs: number; arrivals: readonly string[] };

/** Which newcomers the server was told of; kept up to date. */
export type Reports = {
  /** Those whom it has counted as visits, or may have. */
  reported: Set<string>;
  /** Those on a request that it has not answered yet. */
  arriving: Set<string>;
};

export const createReports = (): Reports => ({ reported: new Set(), arriving: new Set() });

/** Knows what the next stream is to say of the tabs, each of which is reported once. */
export function createRoster(tabs: Tabs, { reported, arriving }: Reports) {
  const count = () => Math.min(tabs.total, maxTabs);
  const unreported = () => tabs.newcomers.filter((tab) => !reported.has(tab) && !arriving.has(tab));

  return {
    set(present: Tabs): void {
      tabs = present;
    },

    call: (): RosterEntry => ({ tabs: count(), arrivals: unreported().slice(0, count()) }),

    /** Whether what was said is not how it is now. */
    isOutdated: (said: RosterEntry): boolean => said.tabs !== count() || unreported().length > 0,

    send({ arrivals }: RosterEntry): void {
      for (const tab of arrivals) arriving.add(tab);
    },

    /** Whoever was on a request is reported now, or still to be. */
    settle({ arrivals }: RosterEntry, isReported: boolean): void {
      for (const tab of arrivals) if (arriving.delete(tab) && isReported) reported.add(tab);
    },
  };
}
