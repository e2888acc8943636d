import { maxTabs } from '@live-visitors/shared';

/** Those whom a stream speaks for. */
export type Tabs = {
  /** How many there are. */
  total: number;
  /** The ids of those among them that are new and count as visits. */
  newcomers: readonly string[];
};

/** What one stream says of them: how many there are, and the ids of those whom it reports as visits. */
export type RollCall = { tabs: number; arrivals: readonly string[] };

/**
 * Knows what the next stream is to say of the tabs, each of which is reported once.
 *
 * @param reported - the newcomers that were reported to the server; kept up to date
 */
export function createRoll(tabs: Tabs, reported: Set<string>) {
  const count = () => Math.min(tabs.total, maxTabs);
  const unreported = () => tabs.newcomers.filter((tab) => !reported.has(tab));

  return {
    set(present: Tabs): void {
      tabs = present;
    },

    call: (): RollCall => ({ tabs: count(), arrivals: unreported().slice(0, count()) }),

    /** Whether what was said is not how it is now. */
    isOutdated: (said: RollCall): boolean => said.tabs !== count() || unreported().length > 0,

    report({ arrivals }: RollCall): void {
      for (const tab of arrivals) reported.add(tab);
    },

    /** Takes back what did not reach the server. */
    takeBack({ arrivals }: RollCall): void {
      for (const tab of arrivals) reported.delete(tab);
    },
  };
}
