import type { Snapshot } from '@live-visitors/shared';
import { expect, onTestFinished } from 'vitest';
import type { Reading } from '../../src/core/audience.ts';
import type { Ledger } from '../../src/core/ledger.ts';
import { openRedisLedger } from '../../src/ledger/redis-ledger.ts';
import { startTicking } from '../../src/stream/ticking.ts';
import { eventually } from './support.ts';

export const nobody: Reading = { online: 0, browsers: 0, visits: 0, visitorSeconds: 0 };

/** Opens a ledger as one node does, until the test has finished. */
export async function openNode({ url, prefix }: { url: string; prefix?: string }): Promise<Ledger> {
  const ledger = await openRedisLedger({ url, now: Date.now, ...(prefix && { prefix }) });
  onTestFinished(ledger.close);
  return ledger;
}

/** Opens a ledger that ticks each second with the same audience, and counts a visit at each. */
export async function runNode(redis: { url: string }, { online }: { online: number }) {
  const ledger = await openNode(redis);
  const ticks: { snapshot: Snapshot; tookMs: number }[] = [];
  let visits = 0;
  const stop = startTicking(1000, Date.now, async () => {
    visits++;
    const startedAt = performance.now();
    const snapshot = await ledger.record({ online, browsers: 1, visits, visitorSeconds: visits * online });
    ticks.push({ snapshot, tookMs: performance.now() - startedAt });
  });
  onTestFinished(stop);
  return {
    ledger,
    ticks,
    stop,
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
