import { setTimeout as wait } from 'node:timers/promises';
import { tickOf } from '@live-visitors/shared';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RedisStore } from '../src/store/redis/redis-store.ts';
import { fillMinutes, startRedis, whyNoRedis } from './helpers/redis.ts';
import { expectToAgree, nobody, openNode, runNode } from './helpers/redis-node.ts';
import { openRelay } from './helpers/relay.ts';
import { describeStore } from './helpers/store-conformance.ts';
import { eventually, nextTick } from './helpers/support.ts';

const missing = whyNoRedis();

if (!missing) {
  describeStore('Redis', async () => {
    const redis = await startRedis();
    return {
      open: () => RedisStore.open({ url: redis.url, prefix: 'live-visitors', now: Date.now }),
      fill: (minutes) => fillMinutes(redis, minutes),
    };
  });
}

describe.skipIf(missing)(`the store in Redis${missing ? ` (${missing})` : ''}`, () => {
  test('adds up what all nodes count', async () => {
    const redis = await startRedis();
    const [a, b, c] = [await openNode(redis), await openNode(redis), await openNode(redis)];
    await nextTick(a);
    await a.record({ online: 3, browsers: 2, visits: 4, visitorSeconds: 9 });
    await b.record({ online: 1, browsers: 1, visits: 1, visitorSeconds: 1 });
    const total = { online: 6, browsers: 5, visits: 7, visitorSeconds: 12, peak: 6 };
    expect(await c.record({ online: 2, browsers: 2, visits: 2, visitorSeconds: 2 })).toMatchObject(total);
    // In a fleet the time is Redis's: the same one for all.
    const { at } = await a.record({ online: 3, browsers: 2, visits: 4, visitorSeconds: 9 });
    expect(Math.abs((await b.record({ online: 1, browsers: 1, visits: 1, visitorSeconds: 1 })).at - at)).toBeLessThan(
      1000,
    );
  });

  test('shows the same totals on all nodes at the same tick, whichever calls first', async () => {
    const redis = await startRedis();
    await expectToAgree([await openNode(redis), await openNode(redis), await openNode(redis)]);
  });

  test('keeps fleets in different databases apart', async () => {
    const redis = await startRedis();
    const a = await runNode(redis, { online: 17 });
    const b = await runNode({ url: `${redis.url}/1` }, { online: 3 });
    await eventually(() => {
      expect(Math.min(a.ticks.length, b.ticks.length)).toBeGreaterThan(3);
      for (const { last } of [a, b]) expect(last()?.partial).toBeUndefined();
    });
    for (const [node, online] of [
      [a, 17],
      [b, 3],
    ] as const) {
      await node.stop();
      expect(new Set(node.ticks.map(({ snapshot }) => snapshot.online))).toEqual(new Set([online]));
      expect(node.last()).toMatchObject({ browsers: 1, visits: node.visits(), peak: online });
    }
  });

  test('ticks by the clock of Redis, whatever those of the nodes say', async () => {
    const redis = await startRedis();
    const nodes = [
      await runNode(redis, { online: 1, now: () => Date.now() + 500 }),
      await runNode(redis, { online: 10, now: () => Date.now() - 500 }),
      await runNode(redis, { online: 100, now: () => Date.now() + 3_600_000 }),
    ];
    await eventually(() => {
      for (const { last } of nodes) expect(last()).toMatchObject({ online: 111, peak: 111 });
    });
    const before = nodes.map(({ ticks }) => ticks.length);
    nodes[1]?.setOnline(20);
    await eventually(() => {
      for (const { last } of nodes) expect(last()).toMatchObject({ online: 121, peak: 121 });
    });
    for (const [index, { store, ticks }] of nodes.entries()) {
      // Each tick measures it anew, and not well if the answer took long.
      await eventually(() => expect(Math.abs(store.now() - Date.now())).toBeLessThan(100));
      // One tick brings the change to all: nothing in between is shown, and times go on.
      const since = ticks.slice(before[index]).map(({ snapshot }) => snapshot);
      expect(new Set(since.map(({ online }) => online)).size).toBeLessThanOrEqual(2);
      expect(since.map(({ at }) => at)).toEqual(since.map(({ at }) => at).toSorted((x, y) => x - y));
    }
  });

  test.each(['nodes', 'heard', 'fleet', 'minutes', 'seconds'])(
    'has all totals right after its key of %s alone was lost',
    async (key) => {
      const redis = await startRedis();
      const [a, b] = [await openNode(redis), await openNode(redis)];
      const gone = await openNode(redis);
      await gone.record({ ...nobody, visits: 100, visitorSeconds: 1000 });
      await gone.close();
      await a.record({ online: 3, browsers: 1, visits: 4, visitorSeconds: 9 });
      await b.record({ online: 2, browsers: 1, visits: 5, visitorSeconds: 1 });
      await a.record({ online: 3, browsers: 1, visits: 4, visitorSeconds: 9 });
      await redis.ask(['DEL', `{live-visitors}:${key}`]);
      // Who knows nothing may be the first to call.
      const fresh = await openNode(redis);
      await fresh.record({ ...nobody, visits: 1 });
      await nextTick(a);
      await a.record({ online: 3, browsers: 1, visits: 6, visitorSeconds: 10 });
      await b.record({ online: 2, browsers: 1, visits: 8, visitorSeconds: 2 });
      await nextTick(a);
      const snapshots = await Promise.all([
        a.record({ online: 3, browsers: 1, visits: 6, visitorSeconds: 10 }),
        b.record({ online: 2, browsers: 1, visits: 8, visitorSeconds: 2 }),
        fresh.record({ ...nobody, visits: 1 }),
      ]);
      for (const snapshot of snapshots) {
        expect(snapshot).toMatchObject({ online: 5, browsers: 2, visits: 115, visitorSeconds: 1012, peak: 5 });
        expect(snapshot.partial).toBeUndefined();
      }
      for (const node of [a, b, fresh]) expect(node.trouble()).toBeUndefined();
    },
  );

  test('keeps fleets with different prefixes apart', async () => {
    const redis = await startRedis();
    const [a, b] = [await openNode({ ...redis, prefix: 'a' }), await openNode({ ...redis, prefix: 'b' })];
    await a.record({ ...nobody, online: 3, visits: 4 });
    expect(await b.record({ ...nobody, online: 1, visits: 1 })).toMatchObject({ online: 1, visits: 1, peak: 1 });
  });

  test('forgets who was on a node that has missed a second tick, but not what it counted', async () => {
    const redis = await startRedis();
    const silent = await openNode(redis);
    const { at: heardAt } = await silent.record({ online: 3, browsers: 2, visits: 4, visitorSeconds: 9 });
    const { last, ticks } = await runNode(redis, { online: 1 });
    await eventually(() => expect(last()).toMatchObject({ online: 1, browsers: 1 }));
    const whole = ticks.flatMap(({ snapshot }) => (snapshot.partial ? [] : snapshot));
    for (const { at, online } of whole) expect(online).toBe(tickOf(at) - tickOf(heardAt) < 2 ? 4 : 1);
    expect(last()?.visits).toBeGreaterThan(4);
  });

  test('a node that is stopped takes its visitors out of the count at once', async () => {
    const redis = await startRedis();
    const [a, b] = [await openNode(redis), await openNode(redis)];
    await a.record({ online: 3, browsers: 2, visits: 4, visitorSeconds: 9 });
    await a.close();
    expect(await b.record(nobody)).toMatchObject({ online: 0, browsers: 0, visits: 4, visitorSeconds: 9, peak: 3 });
  });

  test('visitors of a node that broke down count once in the peak when they are back on another', async () => {
    const redis = await startRedis();
    const broken = await openNode(redis);
    await broken.record({ ...nobody, online: 100 });
    await wait(2000);
    const other = await openNode(redis);
    expect(await other.record({ ...nobody, online: 100 })).toMatchObject({ online: 100, peak: 100 });
  });

  test('counts nothing twice when an answer is lost', async () => {
    const redis = await startRedis();
    const relay = await openRelay(redis.port);
    const [a, b] = [await openNode({ url: `redis://127.0.0.1:${relay.port}` }), await openNode(redis)];
    await a.record({ ...nobody, visits: 2 });
    relay.loseAnswers();
    const counts = { online: 1, browsers: 1, visits: 5, visitorSeconds: 7 };
    expect(await a.record(counts)).toMatchObject({ ...counts, partial: true });
    // It has arrived, although the node does not know.
    await eventually(async () => expect(await b.record(nobody)).toMatchObject({ visits: 5, visitorSeconds: 7 }));
    relay.heal();
    await eventually(async () => expect((await a.record(counts)).partial).toBeUndefined());
    expect(await a.record(counts)).toMatchObject(counts);
    expect(await b.record(nobody)).toMatchObject(counts);
  });

  test('calls Redis once for each node and tick, whatever the number of visitors', async () => {
    const redis = await startRedis();
    const nodes = [await runNode(redis, { online: 10_000 }), await runNode(redis, { online: 20_000 })];
    const ticks = () => nodes.reduce((sum, node) => sum + node.ticks.length, 0);
    await eventually(() => expect(ticks()).toBeGreaterThanOrEqual(4));
    await Promise.all(nodes.map(({ stop }) => stop()));
    const calls = await redis.calls();
    // Each node once more as it connects, and one of them a second time: the first to come brings the script.
    expect(calls.get('evalsha')).toBe(ticks() + nodes.length);
    expect(calls.get('eval')).toBe(1);
  });

  test('remembers the last hour by the second, and each minute of 30 days', async () => {
    const redis = await startRedis();
    const { store, ticks, stop } = await runNode(redis, { online: 3 });
    await eventually(() => expect(ticks.length).toBeGreaterThanOrEqual(3));
    await stop();
    const seconds = await store.recentSeconds();
    const expected = ticks.map(({ snapshot }) => ({ at: Math.round(snapshot.at / 1000) * 1000, online: 3 }));
    expect(seconds.slice(-3)).toEqual(expected.slice(-3));

    const { entries: minutes = [] } = (await store.past({ everyMs: 60_000, entries: 1440 })) ?? {};
    const sum = (name: 'visits' | 'sum' | 'ticks') => minutes.reduce((total, minute) => total + minute[name], 0);
    expect(sum('visits')).toBe(ticks.length);
    const distinct = new Set(expected.map(({ at }) => at)).size;
    expect(sum('ticks')).toBeGreaterThanOrEqual(distinct);
    // At the second of the call that was made when the store was opened, nobody may have been here.
    expect(sum('sum')).toBeGreaterThanOrEqual(3 * distinct);
    expect(Object.keys(hash(await redis.ask(['HGETALL', '{live-visitors}:minutes']))).length).toBe(minutes.length);
    expect(minutes.map(({ highest }) => highest)).toContain(3);
  });

  test('is asked for one day at a time, so that others need not wait for a month', async () => {
    const redis = await startRedis();
    const node = await openNode(redis);
    await node.record(nobody);
    expect(await node.past({ everyMs: 900_000, entries: 2880 })).toBeDefined();
    expect((await redis.calls()).get('hmget')).toBe(30);
  });

  test('holds no more than it has to, however many processes come and go', async () => {
    const redis = await startRedis();
    const node = await openNode(redis);
    await node.record({ ...nobody, visits: 1 });
    const old = { ...nobody, visits: 5 };
    const client = createClient({ url: redis.url });
    await client.connect();
    onTestFinished(() => client.destroy());
    for (let i = 0; i < 1500; i++) {
      await client.zAdd('{live-visitors}:heard', { score: Date.now() - 3_600_000 + i, value: `old-${i}` });
      await client.hSet('{live-visitors}:nodes', `old-${i}`, JSON.stringify(old));
    }
    await client.zAdd('{live-visitors}:heard', { score: 1, value: 'ancient' });
    await eventually(async () => {
      await node.record({ ...nobody, visits: 1 });
      expect(await client.hLen('{live-visitors}:nodes')).toBe(1000);
    });
    expect(await client.zCard('{live-visitors}:heard')).toBe(1000);
    expect(await client.hExists('{live-visitors}:nodes', 'old-1499')).toBe(1);
    expect(await client.zScore('{live-visitors}:heard', 'ancient')).toBeNull();
    expect(await node.record({ ...nobody, visits: 2 })).toMatchObject({ visits: 2 });
  });
});

function hash(reply: unknown): Record<string, string> {
  if (!Array.isArray(reply)) throw new Error('It is no hash.');
  return Object.fromEntries(Array.from({ length: reply.length / 2 }, (_, i) => [reply[2 * i], reply[2 * i + 1]]));
}
