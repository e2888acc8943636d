import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type RedisServer, startRedis, whyNoRedis } from './helpers/redis.ts';
import { nobody, openNode, runNode } from './helpers/redis-node.ts';
import { openRelay } from './helpers/relay.ts';
import { eventually } from './helpers/support.ts';

const missing = whyNoRedis();

type Node = Awaited<ReturnType<typeof runNode>>;

/** A Redis, its replica, and a name that leads to the first. */
async function startPair() {
  const [primary, replica] = [await startRedis(), await startRedis()];
  await replica.ask(['REPLICAOF', '127.0.0.1', String(primary.port)]);
  await eventually(async () =>
    expect(String(await replica.ask(['INFO', 'replication']))).toContain('master_link_status:up'),
  );
  const name = await openRelay(primary.port);
  return { primary, replica, name, url: `redis://127.0.0.1:${name.port}` };
}

async function allShow(nodes: readonly Node[], online: number): Promise<void> {
  await eventually(() => {
    for (const { last } of nodes) {
      expect(last()).toMatchObject({ online });
      expect(last()?.partial).toBeUndefined();
    }
  });
}

/** What must hold at the end: nobody was lost, nobody counted twice, and no figure was ever below what was there. */
async function expectExact(nodes: readonly Node[], redis: RedisServer, own: readonly number[]): Promise<void> {
  await Promise.all(nodes.map(({ stop }) => stop()));
  const checker = await openNode(redis);
  const visits = nodes.reduce((sum, node) => sum + node.visits(), 0);
  expect(await checker.record(nobody)).toMatchObject({ visits });
  for (const [index, { ticks }] of nodes.entries()) {
    const shown = ticks.map(({ snapshot }) => snapshot);
    for (const { online, browsers } of shown) {
      expect(online).toBeGreaterThanOrEqual(own[index] ?? 0);
      expect(browsers).toBeGreaterThanOrEqual(1);
    }
    expect(shown.map((snapshot) => snapshot.visits)).toEqual(
      shown.map((snapshot) => snapshot.visits).toSorted((a, b) => a - b),
    );
  }
}

describe.skipIf(missing)(`a planned failover of Redis${missing ? ` (${missing})` : ''}`, () => {
  test.each([
    ['only reads by now', 'READONLY', async () => {}],
    [
      'answers nothing until it has its data',
      'MASTERDOWN',
      async (primary: RedisServer) => {
        await primary.ask(['CONFIG', 'SET', 'replica-serve-stale-data', 'no']);
        await primary.ask(['REPLICAOF', '127.0.0.1', '1']);
      },
    ],
  ])('is followed by the name, while the old primary lives on and %s', async (_, code, after) => {
    const { primary, replica, name, url } = await startPair();
    const nodes = [await runNode({ url }, { online: 3 }), await runNode({ url }, { online: 2 })] as const;
    const [changing, { store }] = nodes;
    await allShow(nodes, 5);
    changing.changePages(['/a', 1], ['/b', 1]);
    await eventually(() => expect(store.otherPages.online('/a')).toBe(1));
    await replica.ask(['REPLICAOF', 'NO', 'ONE']);
    await primary.ask(['REPLICAOF', '127.0.0.1', String(replica.port)]);
    await after(primary);
    // The name moves a moment later.
    await eventually(() => {
      for (const { store } of nodes) expect(store.trouble()).toContain(`answers "${code}`);
    });
    changing.changePages(['/a', 2], ['/b', 0]);
    // One trouble is one sentence, wherever in the script it arises.
    const troubles = new Set<string | undefined>();
    for (let i = 0; i < 20; i++) {
      for (const { store } of nodes) troubles.add(store.trouble());
      await wait(100);
    }
    // On a busy machine, a Redis may not answer in time as well.
    const told = [...troubles].filter((trouble) => trouble?.includes(code));
    expect(told).toHaveLength(1);
    expect(told[0]).not.toMatch(/user_script|script:/);

    const movedAt = performance.now();
    name.leadTo(replica.port);
    await allShow(nodes, 5);
    await eventually(() => expect(['/a', '/b'].map((name) => store.otherPages.online(name))).toEqual([2, 0]));
    expect(performance.now() - movedAt).toBeLessThan(5000);
    for (const { store, last } of nodes) {
      expect(store.trouble()).toBeUndefined();
      expect(last()).toMatchObject({ peak: 5 });
    }
    await expectExact(nodes, replica, [3, 2]);
  });

  test('that does not come to an end leaves each node its own visitors, and no number below zero', async () => {
    const { primary, replica, url } = await startPair();
    const nodes = [await runNode({ url }, { online: 50 }), await runNode({ url: replica.url }, { online: 1 })];
    const [stuck] = nodes;
    if (stuck === undefined) throw new Error('there are two');
    await eventually(() => expect(stuck.last()).toMatchObject({ online: 50 }));
    await primary.ask(['REPLICAOF', '127.0.0.1', String(replica.port)]);
    await stuck.turns(true);
    stuck.setOnline(10);
    // Longer than any node counts as present.
    await wait(4000);
    expect(stuck.last()).toMatchObject({ online: 10, browsers: 1, partial: true });
    stuck.setOnline(0);
    await eventually(() => expect(stuck.last()).toMatchObject({ online: 0 }));
    expect(Math.min(...stuck.ticks.map(({ snapshot }) => snapshot.online))).toBe(0);
  });
});

test.skipIf(missing)('a Redis that loads its data for long is told of, and joined when it is done', async () => {
  // For each key, in microseconds. After so many bytes it answers those who ask meanwhile.
  const settings = { 'key-load-delay': '50000', 'loading-process-events-interval-bytes': '1024' };
  const redis = await startRedis({ settings });
  const nodes = [await runNode(redis, { online: 3 }), await runNode(redis, { online: 2 })];
  await allShow(nodes, 5);
  for (let key = 0; key < 100; key++) await redis.ask(['SET', `ballast-${key}`, randomBytes(1024).toString('hex')]);
  // Such a file is read key by key. What is appended to it is read at once.
  await redis.ask(['BGREWRITEAOF']);
  await eventually(async () =>
    expect(String(await redis.ask(['INFO', 'persistence']))).toMatch(
      /aof_rewrite_in_progress:0[\s\S]*aof_last_rewrite_time_sec:\d/,
    ),
  );
  await redis.kill();
  const loaded = redis.start();
  await eventually(() => {
    for (const { store, last } of nodes) {
      expect(store.trouble()).toContain('answers "LOADING');
      expect(last()).toMatchObject({ online: 5, partial: true });
    }
  });
  await loaded;
  await allShow(nodes, 5);
  await expectExact(nodes, redis, [3, 2]);
});

describe.skipIf(missing)(`what a node may do in Redis${missing ? ` (${missing})` : ''}`, () => {
  const permissions: [what: string, take: string[], give: string[], trouble: RegExp][] = [
    ['to publish on the channel', ['resetchannels'], ['allchannels'], /NOPERM|can't publish to the channel/],
    ['to subscribe', ['-subscribe'], ['+subscribe'], /NOPERM/],
    ['to run scripts', ['-evalsha', '-eval'], ['+evalsha', '+eval'], /NOPERM/],
  ];

  test.each(permissions)('%s: taken and given back, is told and mended', async (_, take, give, trouble) => {
    const redis = await startRedis();
    const nodes = [await runNode(redis, { online: 3 }), await runNode(redis, { online: 2 })];
    await allShow(nodes, 5);
    await redis.ask(['ACL', 'SETUSER', 'default', ...take]);
    // What was allowed when it began goes on until the connection ends.
    await redis.ask(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
    await redis.ask(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    await Promise.all(nodes.map((node) => node.turns(true)));
    await eventually(() => {
      for (const { store } of nodes) expect(store.trouble()).toMatch(trouble);
    });
    await redis.ask(['ACL', 'SETUSER', 'default', ...give]);
    await allShow(nodes, 5);
    for (const { store } of nodes) expect(store.trouble()).toBeUndefined();
    await expectExact(nodes, redis, [3, 2]);
  });

  test('missing at the start and granted later, has the node join', async () => {
    const redis = await startRedis();
    const other = await runNode(redis, { online: 2 });
    await redis.ask(['ACL', 'SETUSER', 'late', 'on', '>secret', '+@all', '-subscribe', 'allkeys', 'allchannels']);
    const late = await runNode({ url: redis.url.replace('//', '//late:secret@') }, { online: 3 });
    await eventually(() => expect(late.last()).toMatchObject({ partial: true }));
    await eventually(() => expect(late.store.trouble()).toContain('NOPERM'));
    await redis.ask(['ACL', 'SETUSER', 'late', '+subscribe']);
    await allShow([other, late], 5);
    expect(late.store.trouble()).toBeUndefined();
  });

  test('write, which it refuses while its disk fails: is told and mended', async () => {
    const redis = await startRedis({ settings: { save: '3600 1' } });
    const node = await runNode(redis, { online: 3 });
    await allShow([node], 3);
    const folder = String(await redis.ask(['CONFIG', 'GET', 'dir'])).split(',')[1] ?? '';
    // Where the file belongs, there is a folder now.
    mkdirSync(join(folder, 'dump.rdb'));
    await redis.ask(['BGSAVE']);
    await node.turns(true);
    await eventually(() => expect(node.store.trouble()).toContain('answers "MISCONF'));
    await redis.ask(['CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no']);
    await allShow([node], 3);
    await expectExact([node], redis, [3]);
  });
});
