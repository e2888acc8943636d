import { maxTabs } from '@live-visitors/shared';

/** How many newcomers are remembered: more than a stream may speak for. */
export const maxNewcomers = 2 * maxTabs;

/** How many reported tabs are: more again, for a newcomer that is forgotten as reported would be reported twice. */
export const maxReported = 2 * maxNewcomers;

/** Adds tabs to a set as its newest, and forgets the oldest where there are more than `max`. */
export function remember(tabs: Iterable<string>, known: Set<string>, max: number): void {
  for (const tab of tabs) {
    known.delete(tab);
    known.add(tab);
  }
  for (const oldest of known) {
    if (known.size <= max) return;
    known.delete(oldest);
  }
}
