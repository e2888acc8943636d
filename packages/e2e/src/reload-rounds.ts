import type { Snapshot } from '@live-visitors/shared';
import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { recordSnapshots } from './observer.ts';

/** Faults of timing show in a few of many rounds: set more to look for one. */
const rounds = Number(process.env.ROUNDS ?? 3);

/**
 * Reloads documents in rounds. Each round must end with as many tabs as before and as many more visits as it brings.
 * Meanwhile no two ticks in a row may count too many tabs, and none of them may raise the peak.
 *
 * @param url - the server, which counts these tabs and no others
 * @param truth - how many tabs there are, and how many visits a round brings
 * @param reload - reloads, and waits until the new documents are live
 */
export async function reloadInRounds(
  url: string,
  truth: { online: number; visits: number },
  reload: () => Promise<unknown>,
): Promise<void> {
  const { online } = truth;
  const ticks = await recordSnapshots(url);
  const settles = async (figures: Partial<Snapshot>) => {
    const heard = ticks.length;
    await eventually(() => {
      expect(ticks.length).toBeGreaterThan(heard + 1);
      expect(ticks.at(-1)).toMatchObject({ online, peak: online, ...figures });
    });
  };

  await settles({});
  const before = Number(ticks.at(-1)?.visits);
  for (let round = 1; round <= rounds; round++) {
    await reload();
    await settles({ visits: before + round * truth.visits });
  }
  const isAbove = ticks.map((tick) => tick.online > online);
  expect(isAbove.filter((above, index) => above && isAbove[index + 1])).toEqual([]);
}
