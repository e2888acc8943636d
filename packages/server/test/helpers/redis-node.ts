import { setTimeout as wait } from 'node:timers/promises';
import { type Snapshot, tickMs } from '@live-visitors/shared';
import { expect, onTestFinished } from 'vitest';
import type { PageChange } from '../../src/presence/page-names.ts';
import type { Counts } from '../../src/presence/presence.ts';
import { RedisStore } from '../../src/store/redis/redis-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startTicking } from '../../src/stream/ticker.ts';
import { within } from '../../src/within.ts';
import { eventually, nextTick } from './support.ts';

export const nobody: Counts = { online: 0, browsers: 0, visits: 0, visitorSeconds: 0 };

/** Opens a store as one node does, until the test has finished. */
export async function openNode({
  url,
  prefix = 'live-visitors',
  now = Date.now,
}: {
  url: string;
  prefix?: string;
  now?: () => number;
}): Promise<Store> {
  const store = await RedisStore.open({ url, prefix, now });
  onTestFinished(() => store.close());
  return store;
}

/** Calls back for each node at the next tick, for one a little later than for the one before it. */
export async function atNextTick<Result>(
  nodes: readonly [Store, ...Store[]],
  record: (node: Store) => Promise<Result>,
): Promise<Result[]> {
  await nextTick(nodes[0]);
  return Promise.all(
    nodes.map(async (node, index) => {
      await wait(index * 20);
      return record(node);
    }),
  );
}

/**
 * Has each node count one visitor more at each tick, until all show them all at the same tick, three times. On a busy
 * machine, a call may be too late for its tick.
 *
 * @returns how many all nodes show at the end
 */
export async function expectToAgree(nodes: readonly [Store, ...Store[]]): Promise<number> {
  let online = 0;
  for (let times = 0; times < 3; times++) {
    await eventually(async () => {
      online++;
      const counts = { online, browsers: 1, visits: online, visitorSeconds: online };
      const sum = nodes.length * online;
      for (const snapshot of await atNextTick(nodes, (node) => node.record(counts))) {
        expect(snapshot).toMatchObject({ online: sum, browsers: nodes.length, visits: sum, peak: sum });
        expect(snapshot.partial).toBeUndefined();
      }
    });
  }
  return nodes.length * online;
}

/** Opens a store that ticks each second with the same presence, and counts a visit at each. */
export async function runNode(
  redis: { url: string },
  { online, now = Date.now }: { online: number; now?: () => number },
) {
  const store = await openNode({ url: redis.url, now });
  let onlineNow = online;
  const ticks: { snapshot: Snapshot; isInTime: boolean }[] = [];
  let visits = 0;
  let changes: PageChange[] = [];
  const stop = startTicking(
    () => store.now(),
    async () => {
      visits++;
      const pages = changes;
      changes = [];
      const counts = { online: onlineNow, browsers: 1, visits, visitorSeconds: visits * online };
      const recording = store.record(counts, pages);
      // By the timers of this process, which a busy machine stops as well.
      const isInTime = (await within(recording, tickMs)) !== undefined;
      ticks.push({ snapshot: await recording, isInTime });
    },
  );
  onTestFinished(stop);
  return {
    store,
    ticks,
    stop,
    setOnline(online: number): void {
      onlineNow = online;
    },
    changePages(...changed: PageChange[]): void {
      changes.push(...changed);
    },
    visits: () => visits,
    last: () => ticks.at(-1)?.snapshot,
    /** How many ticks it takes until what is shown is partial, or whole. */
    turns(partial: true | undefined): Promise<number> {
      const last = Math.max(0, ticks.length - 1);
      return eventually(() => {
        const taken = ticks.slice(last).findIndex(({ snapshot }) => snapshot.partial === partial);
        expect(taken).not.toBe(-1);
        return taken;
      });
    },
  };
}
