import { setTimeout as wait, setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { RedisStore } from '../src/store/redis/redis-store.ts';
import { startTicking } from '../src/stream/ticker.ts';
import { within } from '../src/within.ts';
import { type RedisServer, startRedis, whyNoRedis } from './helpers/redis.ts';
import { nobody, openNode, runNode } from './helpers/redis-node.ts';
import { eventually, nextTick } from './helpers/support.ts';

const missing = whyNoRedis();

type Outage = {
  begin: (redis: RedisServer) => Promise<void> | void;
  end: (redis: RedisServer) => Promise<void> | void;
  trouble: string;
};

const outages: [string, Outage][] = [
  [
    'stops answering while its connections stay',
    { begin: (redis) => redis.freeze(), end: (redis) => redis.thaw(), trouble: 'does not answer' },
  ],
  [
    'is killed',
    {
      begin: (redis) => redis.kill(),
      end: (redis) => redis.start(),
      trouble: 'refuses connections \\(ECONNREFUSED\\)',
    },
  ],
];

describe.skipIf(missing)(`while Redis is away${missing ? ` (${missing})` : ''}`, () => {
  test.each(outages)(
    'nodes go on when it %s, with their own figures, and nothing is lost',
    async (_, { begin, end, trouble }) => {
      const redis = await startRedis();
      const [a, b] = [await runNode(redis, { online: 3 }), await runNode(redis, { online: 2 })];
      await eventually(() => {
        for (const node of [a, b]) expect(node.last()).toMatchObject({ online: 5, browsers: 2, peak: 5 });
      });

      const begun = begin(redis);
      const noticedAfter = await Promise.all([a.turns(true), b.turns(true)]);
      await begun;
      const ticksBefore = a.ticks.length;
      let seconds = 0;
      const stop = startTicking(Date.now, async () => {
        seconds++;
      });
      // Longer than a node may be silent, and than a connection may.
      await wait(7000);
      await stop();
      // The last one may still be under way.
      expect(a.ticks.length - ticksBefore).toBeGreaterThanOrEqual(seconds - 1);
      expect(a.last()).toMatchObject({ online: 5, browsers: 2, peak: 5, partial: true });
      expect(a.store.trouble()).toMatch(new RegExp(`^Redis at 127\\.0\\.0\\.1:\\d+ ${trouble}\\.`));

      await end(redis);
      const recoveredAfter = await Promise.all([a.turns(undefined), b.turns(undefined)]);
      expect(a.store.trouble()).toBeUndefined();
      await wait(1500);
      await Promise.all([a.stop(), b.stop()]);
      const ticks = [...a.ticks, ...b.ticks];
      // Nobody was taken for gone, for all the silence.
      const first = ticks.findIndex(({ snapshot }) => snapshot.online === 5);
      expect(first).toBeGreaterThanOrEqual(0);
      for (const node of [a, b]) {
        const onlines = node.ticks.map(({ snapshot }) => snapshot.online);
        expect(new Set(onlines.slice(onlines.indexOf(5)))).toEqual(new Set([5]));
        const visits = node.ticks.map(({ snapshot }) => snapshot.visits);
        expect(visits).toEqual(visits.toSorted((x, y) => x - y));
      }
      expect(ticks.filter(({ isInTime }) => !isInTime)).toEqual([]);
      // A tick may have been under way when it began.
      expect(Math.max(...noticedAfter)).toBeLessThanOrEqual(2);
      // The connection may be made only after the first tick. On a busy machine, Redis may be too late for the second.
      expect(Math.max(...recoveredAfter)).toBeLessThanOrEqual(3);

      const checker = await openNode(redis);
      const visits = a.visits() + b.visits();
      expect(await checker.record(nobody)).toMatchObject({ visits, visitorSeconds: 3 * a.visits() + 2 * b.visits() });
    },
  );

  test('nodes go on while it pauses its clients', async () => {
    const redis = await startRedis();
    const node = await runNode(redis, { online: 3 });
    await eventually(() => expect(node.last()).toMatchObject({ online: 3 }));
    await redis.pause(5000);
    expect(await node.turns(true)).toBeLessThanOrEqual(2);
    await node.turns(undefined);
    await node.stop();
    const checker = await openNode(redis);
    expect(await checker.record(nobody)).toMatchObject({ visits: node.visits() });
    expect(node.ticks.filter(({ isInTime }) => !isInTime)).toEqual([]);
  });

  test('a process that stalled reads what has arrived meanwhile before it takes Redis for silent', async () => {
    const redis = await startRedis();
    const nodes = [await openNode(redis), await openNode(redis)] as const;
    await nextTick(nodes[0]);
    redis.freeze();
    const recorded = Promise.all(nodes.map((node) => node.record({ ...nobody, online: 3 })));
    // By then the calls are written.
    for (let turn = 0; turn < 5; turn++) await yieldToEventLoop();
    redis.thaw();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
    for (const snapshot of await recorded) {
      expect(snapshot).toMatchObject({ online: 6 });
      expect(snapshot.partial).toBeUndefined();
    }
  });

  test('a node that had a connection is not told to check its URL', async () => {
    const redis = await startRedis();
    const node = await openNode(redis);
    await node.record(nobody);
    await redis.kill();
    await eventually(() => expect(node.trouble()).toMatch(/closes the connection|refuses connections/));
    expect(node.trouble()).not.toContain('rediss://');
  });

  test('a node starts without it, and counts on its own until it comes', async () => {
    const redis = await startRedis();
    const first = await openNode(redis);
    await first.record({ ...nobody, visits: 10 });
    await redis.kill();
    const node = await openNode(redis);
    const counts = { online: 2, browsers: 1, visits: 3, visitorSeconds: 4 };
    expect(await node.record(counts)).toMatchObject({ ...counts, peak: 2, partial: true });
    expect(node.trouble()).toMatch(/refuses connections/);
    await redis.start();
    await eventually(async () => expect((await node.record(counts)).partial).toBeUndefined());
    expect(await node.record(counts)).toMatchObject({ ...counts, visits: 13, peak: 2 });
  });

  test('a node closes within a second, and does not hang', async () => {
    const redis = await startRedis();
    const node = await RedisStore.open({ url: redis.url, prefix: 'live-visitors', now: Date.now });
    await node.record({ ...nobody, online: 1 });
    redis.freeze();
    const closed = node.close().then(() => true);
    expect(await within(closed, 1000)).toBe(true);
    redis.thaw();
  });

  test('the most that were here meanwhile is not forgotten', async () => {
    const redis = await startRedis();
    const node = await openNode(redis);
    await node.record({ ...nobody, online: 1 });
    await redis.kill();
    expect(await node.record({ ...nobody, online: 50 })).toMatchObject({ peak: 50, partial: true });
    await redis.start();
    const checker = await openNode(redis);
    await eventually(async () => expect((await node.record(nobody)).partial).toBeUndefined());
    expect(await checker.record(nobody)).toMatchObject({ online: 0, peak: 50 });
  });
});
