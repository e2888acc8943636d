import { describe, expect, test } from 'vitest';
import type { Counts } from '../src/presence/presence.ts';
import { movedTo } from '../src/store/redis/connection.ts';
import { whyNoRedis } from './helpers/redis.ts';
import { password, startCluster, waitForMaster } from './helpers/redis-cluster.ts';
import { expectToAgree, nobody, openNode, runNode } from './helpers/redis-node.ts';
import { eventually } from './helpers/support.ts';

const key = '{live-visitors}:fleet';

describe('the Redis to ask instead', () => {
  const address = 'rediss://user:p%40ss@10.0.0.1:7001/';

  test.each([
    ['MOVED 3999 10.0.0.2:7002', 'rediss://user:p%40ss@10.0.0.2:7002/'],
    ['MOVED 3999 redis-2.example.com:7002', 'rediss://user:p%40ss@redis-2.example.com:7002/'],
    ['MOVED 3999 2001:db8::2:7002', 'rediss://user:p%40ss@[2001:db8::2]:7002/'],
    // No host: the one that answered.
    ['MOVED 3999 :7002', 'rediss://user:p%40ss@10.0.0.1:7002/'],
  ])('by %j is %s', (answer, next) => {
    expect(movedTo(answer, address)).toBe(next);
  });

  // A question mark stands for a host that has no name yet.
  test.each([
    'MOVED 3999 ?:7002',
    'MOVED 3999 evil@host:7002',
    'MOVED',
    'ASK 3999 10.0.0.2:7002',
    'NOPERM no MOVED 1 a:1',
    'CLUSTERDOWN Hash slot not served',
  ])('is none by %j', (answer) => {
    expect(movedTo(answer, address)).toBeUndefined();
  });
});

const missing = whyNoRedis();
describe.skipIf(missing)(`a Redis Cluster${missing ? ` (${missing})` : ''}`, () => {
  test('is one store, whichever of its members the nodes of a fleet are told of', async () => {
    const { owner, others } = await startCluster(key);
    const nodes = [await openNode(others[0]), await openNode(others[1]), await openNode(owner)] as const;
    const online = await expectToAgree(nodes);
    for (const node of nodes) {
      expect(node.trouble()).toBeUndefined();
      expect((await node.recentSeconds()).at(-1)?.online).toBe(online);
    }
    for (const node of nodes) await node.record(nobody, [['/a', 1]]);
    const late = await openNode(others[0]);
    await eventually(() => expect(late.otherPages.online('/a')).toBe(3));
  });

  test('is followed to the replica that takes over from a member which breaks down', async () => {
    const { owner, replica, others } = await startCluster(key, { nodeTimeoutMs: 2000 });
    const nodes = [await runNode(others[0], { online: 3 }), await runNode(others[1], { online: 2 })];
    const areWhole = () =>
      eventually(() => {
        for (const { last } of nodes) {
          expect(last()).toMatchObject({ online: 5, browsers: 2, peak: 5 });
          expect(last()?.partial).toBeUndefined();
        }
      });
    await areWhole();

    await owner.kill();
    await Promise.all(nodes.map((node) => node.turns(true)));
    for (const { store } of nodes) {
      expect(store.trouble()).toMatch(/^Redis at 127\.0\.0\.1:\d+ /);
      expect(store.trouble()).not.toContain(password);
    }
    await waitForMaster(replica, others);
    await areWhole();
    await Promise.all(nodes.map(({ stop }) => stop()));

    for (const { ticks } of nodes) {
      const visits = ticks.map(({ snapshot }) => snapshot.visits);
      expect(visits).toEqual(visits.toSorted((x, y) => x - y));
    }
    const checker = await openNode(others[0]);
    const visits = nodes.reduce((sum, node) => sum + node.visits(), 0);
    expect(await checker.record(nobody)).toMatchObject({ visits });
  });

  test('is followed when the keys have moved', async () => {
    const { owner, replica, others } = await startCluster(key);
    const nodes = [await openNode(owner), await openNode(others[0])];
    const recordAll = (counts: Counts) => Promise.all(nodes.map((node) => node.record(counts)));
    await recordAll({ online: 1, browsers: 1, visits: 4, visitorSeconds: 1 });
    await replica.ask(['CLUSTER', 'FAILOVER']);
    await waitForMaster(replica, [owner, ...others]);
    await eventually(async () => {
      for (const snapshot of await recordAll({ online: 2, browsers: 1, visits: 5, visitorSeconds: 1 })) {
        expect(snapshot).toMatchObject({ online: 4, visits: 10 });
        expect(snapshot.partial).toBeUndefined();
      }
    });
    for (const node of nodes) expect(node.trouble()).toBeUndefined();
  });

  test('is asked anew at the URL when a member is not of it any more', async () => {
    const { owner, replica, others } = await startCluster(key);
    const node = await openNode(others[0]);
    await node.record({ ...nobody, visits: 4 });
    await replica.ask(['CLUSTER', 'FAILOVER']);
    await waitForMaster(replica, [owner, ...others]);
    // Emptied, and without the slots; its connections stay.
    await owner.ask(['CLUSTER', 'RESET']);
    await eventually(async () => expect((await node.record({ ...nobody, visits: 5 })).partial).toBeUndefined());
    expect(node.trouble()).toBeUndefined();
    const checker = await openNode(others[1]);
    expect(await checker.record(nobody)).toMatchObject({ visits: 5 });
  });
});
