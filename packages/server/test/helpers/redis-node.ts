import type { Snapshot } from '@live-visitors/shared';
import { expect, onTestFinished } from 'vitest';
import type { PageChange } from '../../src/presence/page-names.ts';
import type { Counts } from '../../src/presence/presence.ts';
import { RedisStore } from '../../src/store/redis/redis-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startTicking } from '../../src/stream/ticker.ts';
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

/** Records the same presence on all nodes at the next tick. Resolves with what each of them shows. */
export async function recordTogether(nodes: readonly [Store, ...Store[]], online: number): Promise<Snapshot[]> {
  await nextTick(nodes[0]);
  return Promise.all(nodes.map((node) => node.record({ online, browsers: 1, visits: online, visitorSeconds: online })));
}

/** Opens a store that ticks each second with the same presence, and counts a visit at each. */
export async function runNode(
  redis: { url: string },
  { online, now = Date.now }: { online: number; now?: () => number },
) {
  const store = await openNode({ url: redis.url, now });
  let onlineNow = online;
  const ticks: { snapshot: Snapshot; tookMs: number }[] = [];
  let visits = 0;
  let changes: PageChange[] = [];
  const stop = startTicking(
    1000,
    () => store.now(),
    async () => {
      visits++;
      const startedAt = performance.now();
      const pages = changes;
      changes = [];
      const counts = { online: onlineNow, browsers: 1, visits, visitorSeconds: visits * online };
      const snapshot = await store.record(counts, pages);
      ticks.push({ snapshot, tookMs: performance.now() - startedAt });
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
    /** How many milliseconds it takes until what is shown is partial, or whole. */
    async turns(partial: true | undefined): Promise<number> {
      const startedAt = performance.now();
      await eventually(() => expect(ticks.at(-1)?.snapshot.partial).toBe(partial));
      return performance.now() - startedAt;
    },
  };
}
