import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { PageChange } from '../src/presence/page-names.ts';
import { FleetPages } from '../src/store/redis/fleet-pages.ts';
import { maxChanges, OwnPages } from '../src/store/redis/own-pages.ts';
import type { PageReport } from '../src/store/redis/report.ts';
import type { Store } from '../src/store/store.ts';
import { type RedisServer, startRedis, whyNoRedis } from './helpers/redis.ts';
import { atNextTick, nobody, openNode, runNode } from './helpers/redis-node.ts';
import { openRelay } from './helpers/relay.ts';
import { eventually, nextTick, openServer, openStream } from './helpers/support.ts';

const missing = whyNoRedis();

type Stream = Awaited<ReturnType<typeof openStream>>;

const last = (stream: Stream) => stream.of('pages').at(-1)?.payload.online;

/** Starts a server whose store is in Redis. */
async function startServer(redis: { url: string }, env: Record<string, string> = {}) {
  const server = await openServer({ LIST_PAGES: 'on', ...env }, { store: await openNode(redis) });
  return {
    ...server,
    read: async (path: string) => (await fetch(`${server.url}${path}`)).json() as Promise<{ pages: unknown }>,
    open: (query: string) => openStream(`${server.url}/stream?${query}`),
  };
}

describe.skipIf(missing)(`the pages of a fleet${missing ? ` (${missing})` : ''}`, () => {
  test('have the tabs of all servers, wherever they are asked for', async () => {
    const redis = await startRedis();
    const [one, two, three] = [await startServer(redis), await startServer(redis), await startServer(redis)];
    const first = await one.open('tabs=2&page=/a&page=/a&page=/b&watch=/c');
    const second = await two.open('page=/a&watch=/b');
    const watcher = await three.open('tabs=0&watch=/a&watch=/b&watch=/c');
    await eventually(() => {
      expect(last(first)).toEqual({ '/a': 3, '/b': 1, '/c': 0 });
      expect(last(second)).toEqual({ '/a': 3, '/b': 1 });
      expect(last(watcher)).toEqual({ '/a': 3, '/b': 1, '/c': 0 });
    });
    expect((await (await three.open('page=/a&watch=/b')).first('pages')).payload.online).toEqual({ '/a': 4, '/b': 1 });
    await eventually(async () => {
      expect(await three.read('/visitors?page=/b&page=/c')).toMatchObject({ pages: { '/b': 1, '/c': 0 } });
      for (const { read } of [one, two, three])
        expect((await read('/pages')).pages).toEqual([
          { name: '/a', online: 4 },
          { name: '/b', online: 1 },
        ]);
      expect(await (await fetch(`${three.url}/badge.svg?page=/a`)).text()).toContain('>4<');
    });
    await first.close();
    await eventually(() => expect(last(watcher)).toEqual({ '/a': 2, '/b': 0, '/c': 0 }));
    await two.close();
    await eventually(() => expect(last(watcher)).toEqual({ '/a': 1, '/b': 0, '/c': 0 }));
    for (const { metric } of [one, three]) expect(await metric('live_visitors_drift')).toBe(0);
  });

  test('may have any name, also on a server that starts later and reads them', async () => {
    const redis = await startRedis();
    const names = [
      '__proto__',
      'constructor',
      '"\\',
      "'); return 1 --",
      '日本',
      '👋',
      ' ',
      '\u2028',
      '1',
      '[]',
      'a b,c:d=e|f',
    ];
    const query = (parameter: string) => new URLSearchParams(names.map((name): [string, string] => [parameter, name]));
    const one = await startServer(redis);
    const two = await startServer(redis);
    await one.open(`${query('page')}`);
    const counts = names.map((name) => [name, 1]).toSorted();
    const watcher = await two.open(`tabs=0&${query('watch')}`);
    await eventually(() => expect(Object.entries(last(watcher) ?? {}).toSorted()).toEqual(counts));
    const late = await startServer(redis);
    await eventually(async () => {
      const { pages } = await late.read(`/visitors?${query('page')}`);
      expect(Object.entries(pages ?? {}).toSorted()).toEqual(counts);
    });
  });

  test('are unknown everywhere while a server has tabs on them that it does not track', async () => {
    const redis = await startRedis();
    const full = await startServer(redis, { MAX_PAGES: '1' });
    const other = await startServer(redis);
    await full.open('page=/a');
    const over = await full.open('page=/over');
    const stream = await other.open('page=/a&page=/over&watch=/nobody');
    await eventually(() => expect(last(stream)).toEqual({ '/a': 2, '/over': null, '/nobody': 0 }));
    // The list is that of the last tick; the first counts of a stream are those of its opening.
    await eventually(async () => expect((await other.read('/pages')).pages).toEqual([{ name: '/a', online: 2 }]));
    expect(await other.read('/visitors?page=/over')).toMatchObject({ pages: { '/over': null } });
    await over.close();
    await eventually(() => expect(last(stream)).toEqual({ '/a': 2, '/over': 1, '/nobody': 0 }));
  });
});

/** A report that follows the one before it. */
function report(number: number, ...changes: PageChange[]): PageReport {
  return { after: number - 1, number, isFirst: number === 1, isWhole: true, changes };
}

describe('what a node knows of the pages of a peer', () => {
  function meet() {
    const pages = new FleetPages();
    pages.settle(new Map());
    pages.hear('peer', report(1, ['/a', 1], ['/b', 1]));
    return pages;
  }

  test('is nothing after a report that it did not hear, until it has read the hash', () => {
    const pages = meet();
    pages.hear('peer', report(3, ['/a', 3]));
    expect([pages.areKnown, pages.online('/a'), pages.online('/nobody')]).toEqual([false, null, null]);
    expect(pages.settle(new Map([['peer', 3]]))).toEqual(['peer']);
    const take = pages.startReading('peer');
    // Which of these is in the hash is not known.
    pages.hear('peer', report(4, ['/a', 4]));
    pages.hear('peer', report(5, ['/c', 5]));
    take({ number: 4, isWhole: true, changes: [['/a', 4]] });
    expect(['/a', '/b', '/c'].map((name) => pages.online(name))).toEqual([4, 0, 5]);
    expect(pages.settle(new Map([['peer', 5]]))).toEqual([]);
  });

  test('is nothing while the peer says that there were more reports, or if the hash cannot be read', () => {
    const pages = meet();
    expect(pages.settle(new Map([['peer', 2]]))).toEqual(['peer']);
    pages.startReading('peer')(undefined);
    expect(pages.online('/a')).toBeNull();
    pages.startReading('peer')({ number: 0, isWhole: false, changes: [] });
    expect(pages.online('/a')).toBeNull();
    // All that a peer has, in one report, needs no hash.
    pages.hear('peer', { ...report(3, ['/b', 2]), isFirst: true });
    expect([pages.online('/a'), pages.online('/b')]).toEqual([0, 2]);
  });

  test('is not changed by what it knows, and may come again with more', () => {
    const pages = meet();
    pages.hear('peer', report(1, ['/a', 9]));
    pages.hear('peer', {
      after: 0,
      number: 3,
      isFirst: false,
      isWhole: true,
      changes: [
        ['/a', 1],
        ['/b', 2],
      ],
    });
    expect([pages.online('/a'), pages.online('/b')]).toEqual([1, 2]);
  });

  test('is forgotten with the peer, also while its hash is read', () => {
    const pages = meet();
    pages.settle(new Map([['peer', 2]]));
    const take = pages.startReading('peer');
    pages.settle(new Map([['peer', 0]]));
    take({ number: 2, isWhole: true, changes: [['/a', 2]] });
    expect([pages.areKnown, pages.names()]).toEqual([true, []]);
  });
});

test('a node has told Redis all again, even if there is less to tell by then', () => {
  const own = new OwnPages();
  const tell = () => {
    const report = own.next();
    if (report) own.acknowledge(report);
    return report;
  };
  const names = (prefix: string, tabs: number) =>
    Array.from({ length: 1.5 * maxChanges }, (_, index): PageChange => [`${prefix}/${index}`, tabs]);
  own.update(names('/old', 1));
  expect([tell(), tell()].map((report) => report?.isWhole)).toEqual([true, true]);
  own.update(names('/new', 1));
  own.restart();
  // Other nodes may still know the last one.
  own.update([...names('/new', 0), ['/old/1499', 0]]);
  const [first, second] = [tell(), tell()];
  expect(first).toMatchObject({ isFirst: true, isWhole: false });
  expect(second).toMatchObject({ isFirst: false, isWhole: true });
  expect(second?.changes).toContainEqual(['/old/1499', 0]);
  own.update([['/old/1499', 1]]);
  tell();
  own.update(names('/old', 0));
  expect([tell(), tell()].map((report) => report?.changes.length)).toEqual([maxChanges, maxChanges / 2]);
  expect(tell()).toBeUndefined();
});

/** Records the same pages on all nodes at the next tick. */
async function changeTogether(nodes: readonly [Store, ...Store[]], ...changes: PageChange[]): Promise<void> {
  await atNextTick(nodes, (node) => node.record(nobody, changes));
}

describe.skipIf(missing)('the pages of the other nodes', () => {
  test('are right on all nodes at the same tick, whichever calls first', async () => {
    const redis = await startRedis();
    const nodes = [await openNode(redis), await openNode(redis), await openNode(redis)] as const;
    await changeTogether(nodes);
    const names: string[] = [];
    for (const tabs of [1, 2, 0, 3]) {
      // On a busy machine, a call may be too late for its tick. Each tick has a name of its own.
      await eventually(async () => {
        const name = `/${names.length}`;
        names.push(name);
        const seen = await atNextTick(nodes, async (node) => {
          await node.record(nobody, [
            ['/a', tabs],
            [name, 1],
          ]);
          return ['/a', name].map((each) => node.otherPages.online(each));
        });
        expect(seen).toEqual(nodes.map(() => [2 * tabs, 2]));
      });
    }
    await eventually(async () => {
      await changeTogether(nodes, ['/a', 0], ...names.map((name): PageChange => [name, 0]));
      for (const { otherPages } of nodes) expect(otherPages.names()).toEqual([]);
    });
  });

  test('are gone with a node that is silent within 6 s, and with one that is closed at once', async () => {
    const redis = await startRedis();
    const [silent, closed, other] = [await openNode(redis), await openNode(redis), await openNode(redis)];
    await nextTick(other);
    await Promise.all([silent.record(nobody, [['/silent', 3]]), closed.record(nobody, [['/closed', 3]])]);
    await other.record(nobody);
    expect(other.otherPages.names().toSorted()).toEqual(['/closed', '/silent']);
    await closed.close();
    await other.record(nobody);
    expect(other.otherPages.names()).toEqual(['/silent']);
    const since = performance.now();
    await eventually(async () => {
      await other.record(nobody);
      expect(other.otherPages.names()).toEqual([]);
    });
    expect(performance.now() - since).toBeLessThan(6000);
    // Redis forgets it later.
    const keys = (await redis.ask(['KEYS', '*:pages:*'])) as string[];
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(Number(await redis.ask(['TTL', key]))).toBeGreaterThan(0);
  });

  test('are told again until Redis has answered', async () => {
    const redis = await startRedis();
    const relay = await openRelay(redis.port);
    const [node, other] = [await openNode({ url: `redis://127.0.0.1:${relay.port}` }), await openNode(redis)];
    await changeTogether([node, other], ['/a', 1], ['/b', 1]);
    relay.loseAnswers();
    await node.record(nobody, [
      ['/a', 2],
      ['/b', 0],
      ['/c', 1],
    ]);
    // Redis has that, and the node cannot know it. So it must tell that all is as before.
    await node.record(nobody, [
      ['/a', 1],
      ['/b', 1],
      ['/c', 0],
    ]);
    relay.heal();
    await eventually(async () => expect((await node.record(nobody)).partial).toBeUndefined());
    await other.record(nobody);
    expect(['/a', '/b', '/c'].map((name) => other.otherPages.online(name))).toEqual([1, 1, 0]);
    const late = await openNode(redis);
    await eventually(() => expect(late.otherPages.names().toSorted()).toEqual(['/a', '/b']));
  });

  test('come by the one call of each node and tick', async () => {
    const redis = await startRedis();
    const nodes = [await openNode(redis), await openNode(redis)] as const;
    await changeTogether(nodes);
    const before = await redis.calls();
    const ticks = 4;
    for (let tabs = 1; tabs <= ticks; tabs++) await changeTogether(nodes, ['/a', tabs]);
    const after = await redis.calls();
    const calls = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(calls('evalsha')).toBe(ticks * nodes.length);
    // No hash was read.
    expect(calls('hscan')).toBe(0);
    await eventually(() => expect(nodes[0].otherPages.online('/a')).toBe(ticks));
  });

  test('cost Redis nothing if there are none', async () => {
    const redis = await startRedis();
    const nodes = [await openNode(redis), await openNode(redis)] as const;
    await changeTogether(nodes, ['/a', 1]);
    const keys = () => redis.ask(['KEYS', '*:pages:*']);
    expect(await keys()).toHaveLength(2);
    await changeTogether(nodes, ['/a', 0]);
    await redis.ask(['DEL', ...((await keys()) as string[])]);
    await changeTogether(nodes);
    expect(await keys()).toEqual([]);
    expect((await redis.calls()).get('expire')).toBe(4);
  });

  test('are read by a node that has not heard of a change', async () => {
    const redis = await startRedis();
    const relay = await openRelay(redis.port);
    const node = await runNode({ url: `redis://127.0.0.1:${relay.port}` }, { online: 1 });
    const other = await runNode(redis, { online: 1 });
    other.changePages(['/a', 1], ['/b', 1]);
    await eventually(() => expect(node.store.otherPages.online('/a')).toBe(1));
    relay.loseAnswers();
    await node.turns(true);
    other.changePages(['/a', 2], ['/b', 0], ['/c', 1]);
    await wait(1500);
    // As last heard, like the snapshot.
    expect(node.store.otherPages.online('/a')).toBe(1);
    relay.heal();
    await eventually(() => {
      const counts = ['/a', '/b', '/c'].map((name) => node.store.otherPages.online(name));
      expect(counts).toEqual([2, 0, 1]);
    });
  });

  test('come 1,000 names at a time, the oldest change first', async () => {
    const redis = await startRedis();
    const [node, other] = [await openNode(redis), await openNode(redis)];
    await changeTogether([node, other]);
    const names = Array.from({ length: 2 * maxChanges + 1 }, (_, index) => `/${index}`);
    const known = () => node.otherPages.names().length;
    await other.record(
      nobody,
      names.map((name) => [name, 1]),
    );
    await node.record(nobody);
    expect(known()).toBe(maxChanges);
    // What has changed again meanwhile keeps its place. What has come and gone is not sent.
    await other.record(nobody, [
      ['/0', 2],
      ['/new', 1],
      [`/${2 * maxChanges}`, 0],
    ]);
    await node.record(nobody);
    expect(known()).toBe(2 * maxChanges);
    expect([node.otherPages.online(`/${2 * maxChanges - 1}`), node.otherPages.online('/0')]).toEqual([1, 1]);
    await other.record(nobody);
    await node.record(nobody);
    expect(known()).toBe(2 * maxChanges + 1);
    expect(['/0', '/new'].map((name) => node.otherPages.online(name))).toEqual([2, 1]);
    const { otherPages } = await openNode(redis);
    await eventually(() => expect([otherPages.areKnown, otherPages.online('/0')]).toEqual([true, 2]));
  });

  type Fault = (redis: RedisServer) => Promise<unknown>;
  const faults: [name: string, fault: Fault][] = [
    ['is emptied', (redis) => redis.ask(['FLUSHALL'])],
    [
      'loses a hash',
      (redis) =>
        redis.ask(['EVAL', "for _, key in ipairs(redis.call('KEYS', '*:pages:*')) do redis.call('DEL', key) end", '0']),
    ],
    [
      'has hashes of another time',
      (redis) =>
        redis.ask([
          'EVAL',
          "for _, key in ipairs(redis.call('KEYS', '*:pages:*')) do redis.call('HSET', key, '', 99, '/stray', 1) end",
          '0',
        ]),
    ],
    // Who has subscribed is of that type.
    ['breaks all connections', (redis) => redis.ask(['CLIENT', 'KILL', 'TYPE', 'pubsub'])],
    [
      'stands still',
      async (redis) => {
        redis.freeze();
        await wait(5000);
        redis.thaw();
      },
    ],
    [
      'is killed, and started without its data',
      async (redis) => {
        await redis.kill();
        redis.eraseData();
        await wait(2000);
        await redis.start();
      },
    ],
  ];

  test.each(faults)('are exact again within two ticks after Redis %s', async (_, fault) => {
    const redis = await startRedis();
    const nodes = [
      await runNode(redis, { online: 1 }),
      await runNode(redis, { online: 1 }),
      await runNode(redis, { online: 1 }),
    ];
    for (const node of nodes) node.changePages(['/a', 1], ['/b', 1], ['/c', 1]);
    const allKnow = (counts: (number | null)[]) =>
      eventually(() => {
        for (const { store } of nodes) {
          expect(['/a', '/b', '/c', '/d'].map((name) => store.otherPages.online(name))).toEqual(counts);
        }
      });
    await allKnow([2, 2, 2, 0]);
    const begun = fault(redis);
    for (const node of nodes) node.changePages(['/a', 2], ['/b', 0], ['/d', 1]);
    await begun;
    const before = nodes.map(({ ticks }) => ticks.length);
    await allKnow([4, 0, 2, 2]);
    for (const [index, { ticks }] of nodes.entries()) {
      expect(ticks.length - Number(before[index])).toBeLessThanOrEqual(2);
    }
    const late = await openNode(redis);
    await late.record(nobody);
    await eventually(() => expect(late.otherPages.online('/a')).toBe(6));
    expect(late.otherPages.names().toSorted()).toEqual(['/a', '/c', '/d']);
  });

  test('are unknown to a new node until one with many pages has sent all of them again', async () => {
    const redis = await startRedis();
    const [node, other] = [await openNode(redis), await openNode(redis)];
    await changeTogether([node, other]);
    const names = Array.from({ length: 2 * maxChanges }, (_, index) => `/${index}`);
    await other.record(
      nobody,
      names.map((name) => [name, 1]),
    );
    await other.record(nobody);
    await redis.ask(['FLUSHALL']);
    await other.record(nobody);
    // Who has heard all of them goes on.
    await node.record(nobody);
    expect([node.otherPages.areKnown, node.otherPages.names().length]).toEqual([true, 2 * maxChanges]);
    const fresh = await openNode(redis);
    await fresh.record(nobody);
    expect([fresh.otherPages.online('/0'), fresh.otherPages.online('/nobody')]).toEqual([null, null]);
    await other.record(nobody);
    await eventually(async () => {
      await fresh.record(nobody);
      expect(fresh.otherPages.names()).toHaveLength(2 * maxChanges);
    });
    expect(fresh.otherPages.areKnown).toBe(true);
  });
});
