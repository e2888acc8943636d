import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Counts } from '../src/presence/presence.ts';
import { maxChanges } from '../src/store/redis/own-pages.ts';
import type { Store } from '../src/store/store.ts';
import { type RedisServer, startRedis, whyNoRedis } from './helpers/redis.ts';
import { nobody, openNode } from './helpers/redis-node.ts';
import { openRelay } from './helpers/relay.ts';
import { eventually } from './helpers/support.ts';

type Node = {
  store: Store;
  counts: Counts;
  /** The tabs on each page. */
  pages: Map<string, number>;
  relay: Awaited<ReturnType<typeof openRelay>>;
};

/** Few enough that all nodes have some, hostile ones among them, and more than one call can bring. */
const pageNames = ['__proto__', '"\\\'', '日本\u2028', ...Array.from({ length: maxChanges + 500 }, (_, i) => `/${i}`)];

async function addNode(redis: RedisServer): Promise<Node> {
  const relay = await openRelay(redis.port);
  return { store: await openNode({ url: `redis://127.0.0.1:${relay.port}` }), counts: nobody, pages: new Map(), relay };
}

/**
 * Each node ticks until Redis has answered it, and then once more: it knows of what the others have counted. Each tick has
 * a counts of its own, as in a server: by that a store knows what was answered.
 */
async function settle(nodes: readonly Node[]): Promise<void> {
  for (const _ of ['each tells', 'each hears']) {
    for (const { store, counts } of nodes) {
      await eventually(async () => expect((await store.record({ ...counts })).partial).toBeUndefined());
    }
  }
}

const missing = whyNoRedis();

describe.skipIf(missing)(`what is exact in Redis${missing ? ` (${missing})` : ''}`, () => {
  test.each(['fleet', 'nodes', 'heard', 'seconds', 'minutes'])(
    'the totals, when another program has put something else in place of %s, until it is deleted',
    async (name) => {
      const redis = await startRedis();
      const node = await addNode(redis);
      node.counts = { ...nobody, visits: 10, visitorSeconds: 20 };
      await settle([node]);
      const key = `{live-visitors}:${name}`;
      await redis.ask(['SET', key, 'of another program']);
      for (const visits of [11, 12, 13]) {
        node.counts = { ...nobody, visits, visitorSeconds: 2 * visits };
        expect(await node.store.record(node.counts)).toMatchObject({ visits, partial: true });
        expect(node.store.trouble()).toContain('WRONGTYPE');
      }
      await redis.ask(['DEL', key]);
      await settle([node]);
      const newcomer = await addNode(redis);
      await settle([newcomer]);
      expect(await newcomer.store.record(nobody)).toMatchObject({ visits: 13, visitorSeconds: 26 });
    },
  );

  test('the totals, when it comes back without its data to nodes that know different parts of it', async () => {
    const redis = await startRedis();
    const [a, b, gone] = [await addNode(redis), await addNode(redis), await addNode(redis)];
    await gone.store.record({ ...nobody, visits: 1000, visitorSeconds: 5000 });
    await gone.store.close();
    await a.store.record({ ...nobody, visits: 10, visitorSeconds: 20 });
    // This one knows more than the first: what comes from a node that nobody will hear of again.
    const late = await addNode(redis);
    await late.store.record({ ...nobody, visits: 200, visitorSeconds: 300 });
    await late.store.close();
    await b.store.record({ ...nobody, visits: 3, visitorSeconds: 4 });

    await redis.kill();
    redis.eraseData();
    await redis.start();
    // Who knows nothing is the first to come.
    const fresh = await addNode(redis);
    await fresh.store.record({ ...nobody, visits: 1 });
    a.counts = { ...nobody, visits: 15, visitorSeconds: 25 };
    b.counts = { ...nobody, visits: 7, visitorSeconds: 9 };
    fresh.counts = { ...nobody, visits: 2, visitorSeconds: 2 };
    await settle([a, b, fresh]);
    const totals = { visits: 1000 + 200 + 15 + 7 + 2, visitorSeconds: 5000 + 300 + 25 + 9 + 2 };
    for (const { store, counts } of [a, b, fresh]) expect(await store.record(counts)).toMatchObject(totals);
  });

  test('the totals, when older data is put back after it had come back without', async () => {
    const redis = await startRedis();
    const node = await addNode(redis);
    node.counts = { ...nobody, visits: 100, visitorSeconds: 200 };
    await settle([node]);
    await redis.kill();
    const putBack = redis.backUp();
    redis.eraseData();
    await redis.start();
    node.counts = { ...nobody, visits: 110, visitorSeconds: 220 };
    await settle([node]);
    expect(await node.store.record(node.counts)).toMatchObject({ visits: 110, visitorSeconds: 220 });
    await redis.kill();
    putBack();
    await redis.start();
    await settle([node]);
    expect(await node.store.record(node.counts)).toMatchObject({ visits: 110, visitorSeconds: 220 });
  });

  const who = fc.nat({ max: 2 });
  const tabs = fc.nat({ max: 3 });
  const action = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        act: fc.constant('tick' as const),
        who,
        visits: fc.nat({ max: 50 }),
        visitorSeconds: fc.nat({ max: 900 }),
        online: fc.nat({ max: 9 }),
        pages: fc.array(fc.tuple(fc.constantFrom(...pageNames.slice(0, 5)), tabs), { maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('fill pages' as const), who, tabs }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('freeze' as const, 'thaw' as const) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('back up' as const, 'put back' as const) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('kill' as const, 'start' as const, 'erase' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ act: fc.constant('lose tail' as const), bytes: fc.integer({ min: 1, max: 4000 }) }),
    },
    { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('lose answers' as const, 'heal' as const), who }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('replace' as const), who }) },
  );

  test('the totals and the pages, whatever happens to nodes, answers and Redis', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 8, maxLength: 25 }), async (actions) => {
        const redis = await startRedis();
        const nodes = [await addNode(redis), await addNode(redis), await addNode(redis)];
        const retired = { visits: 0, visitorSeconds: 0 };
        const shown = new Map<Store, { visits: number; visitorSeconds: number; peak: number }>();
        let state: 'up' | 'frozen' | 'down' = 'up';
        let putBack = () => {};

        async function restart(prepare: () => void): Promise<void> {
          await redis.kill();
          prepare();
          await redis.start();
          state = 'up';
        }

        async function heal(): Promise<void> {
          if (state === 'frozen') redis.thaw();
          if (state === 'down') await redis.start();
          state = 'up';
          for (const { relay } of nodes) relay.heal();
          await settle(nodes);
        }

        for (const next of actions) {
          switch (next.act) {
            case 'tick': {
              const node = nodes[next.who];
              if (node === undefined) break;
              const { visits, visitorSeconds } = node.counts;
              node.counts = {
                online: next.online,
                browsers: next.online,
                visits: visits + next.visits,
                visitorSeconds: visitorSeconds + next.visitorSeconds,
              };
              for (const [name, tabs] of next.pages) node.pages.set(name, tabs);
              const snapshot = await node.store.record(node.counts, next.pages);
              const before = shown.get(node.store) ?? { visits: 0, visitorSeconds: 0, peak: 0 };
              for (const name of ['visits', 'visitorSeconds', 'peak'] as const) {
                expect(snapshot[name]).toBeGreaterThanOrEqual(before[name]);
              }
              expect(Math.abs(snapshot.at - Date.now())).toBeLessThan(10_000);
              shown.set(node.store, snapshot);
              break;
            }
            case 'fill pages': {
              const { store, counts, pages } = nodes[next.who] ?? {};
              if (store === undefined || counts === undefined) break;
              for (const name of pageNames) pages?.set(name, next.tabs);
              await store.record(
                counts,
                pageNames.map((name) => [name, next.tabs]),
              );
              break;
            }
            case 'freeze':
              if (state !== 'up') break;
              redis.freeze();
              state = 'frozen';
              break;
            case 'thaw':
              if (state !== 'frozen') break;
              redis.thaw();
              state = 'up';
              break;
            case 'kill':
              await redis.kill();
              state = 'down';
              break;
            case 'start':
              if (state === 'down') await restart(() => {});
              break;
            case 'erase':
              await restart(() => redis.eraseData());
              break;
            case 'back up':
              await restart(() => {
                putBack = redis.backUp();
              });
              break;
            case 'put back':
              await restart(putBack);
              break;
            case 'lose tail':
              await restart(() => redis.loseTail(next.bytes));
              break;
            case 'lose answers':
              nodes[next.who]?.relay.loseAnswers();
              break;
            case 'heal':
              nodes[next.who]?.relay.heal();
              break;
            case 'replace': {
              // A process that ends has told all, and others have heard it.
              const node = nodes[next.who];
              if (node === undefined) break;
              await heal();
              await node.store.close();
              retired.visits += node.counts.visits;
              retired.visitorSeconds += node.counts.visitorSeconds;
              nodes[next.who] = await addNode(redis);
              await settle(nodes);
              break;
            }
            default:
              next satisfies never;
          }
        }

        await heal();
        const sum = (name: 'visits' | 'visitorSeconds') =>
          nodes.reduce((total, { counts }) => total + counts[name], retired[name]);
        for (const { store, counts } of nodes) {
          const totals = { visits: sum('visits'), visitorSeconds: sum('visitorSeconds') };
          expect(await store.record(counts)).toMatchObject(totals);
        }
        // If that a node was closed got lost, it takes until that is taken for gone.
        const online = nodes.reduce((total, { counts }) => total + counts.online, 0);
        await eventually(async () => {
          const snapshots = await Promise.all(nodes.map(({ store, counts }) => store.record(counts)));
          for (const snapshot of snapshots) expect(snapshot).toMatchObject({ online });
          for (const node of nodes) {
            const others = nodes.filter((other) => other !== node);
            const wrong = pageNames.filter(
              (name) =>
                node.store.otherPages.online(name) !==
                others.reduce((sum, { pages }) => sum + (pages.get(name) ?? 0), 0),
            );
            expect(wrong).toEqual([]);
          }
        });
        for (const { store } of nodes) await store.close();
        await redis.kill();
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
