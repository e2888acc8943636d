import { setTimeout as wait } from 'node:timers/promises';
import type { EventMap } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { startBalancer } from './helpers/balancer.ts';
import { findFreePort } from './helpers/free-port.ts';
import { runProgram } from './helpers/program.ts';
import { type RedisServer, startRedis, whyNoRedis } from './helpers/redis.ts';
import { openReturning, type ReturningClient } from './helpers/returning-client.ts';
import { eventually } from './helpers/support.ts';

type Snapshot = EventMap['visitors'];

/** One server process of a fleet, which can be started anew on its port. */
async function startNode(redisUrl: string) {
  const port = await findFreePort();
  const env = { PORT: String(port), REDIS_URL: redisUrl, MAX_STREAMS_PER_ADDRESS: '100000' };
  let program = runProgram(env);
  await program.url();
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  return {
    port,
    output: () => program.output(),
    readyz: () => get('/readyz'),
    snapshot: async () => JSON.parse(await get('/visitors')) as Snapshot,
    page: async () => (JSON.parse(await get('/visitors?page=/a')) as { pages: object }).pages,
    async stop(signal: NodeJS.Signals) {
      program.child.kill(signal);
      await program.exited;
    },
    async start() {
      program = runProgram(env);
      await program.url();
    },
  };
}

/** Three nodes behind a balancer. */
async function startFleet(redis: RedisServer) {
  const nodes = [await startNode(redis.url), await startNode(redis.url), await startNode(redis.url)] as const;
  const [one, another, third] = nodes;
  return { nodes, port: await startBalancer([one.port, another.port, third.port]) };
}

function openClients(port: number, count: number, more = ''): ReturningClient[] {
  return Array.from({ length: count }, (_, i) =>
    openReturning(port, `browser=browser-${i}&arrivals=browser-${i}${more}`),
  );
}

/** Waits until what every client was shown last is this, and is no older than two seconds. */
async function allShow(clients: readonly ReturningClient[], figures: Partial<Snapshot>, timeout = 60_000) {
  await eventually(() => {
    const now = Date.now();
    const wrong = clients.filter(
      ({ last }) =>
        last === undefined ||
        now - last.at > 2000 ||
        Object.entries(figures).some(([name, value]) => last.snapshot[name as keyof Snapshot] !== value),
    );
    expect(wrong.slice(0, 3).map(({ last }) => last?.snapshot)).toEqual([]);
  }, timeout);
}

const missing = whyNoRedis();
describe.skipIf(missing)(`a fleet${missing ? ` (${missing})` : ''}`, { timeout: 240_000 }, () => {
  test('of 3 nodes with 3,000 streams shows the same totals everywhere, and loses none when a node is killed or all are restarted', async () => {
    const redis = await startRedis();
    const { nodes, port } = await startFleet(redis);
    const clients = openClients(port, 3000);
    await allShow(clients, { online: 3000, browsers: 3000, visits: 3000, peak: 3000 });
    for (const node of nodes) expect((await node.snapshot()).online).toBe(3000);

    const [first, ...others] = nodes;
    await first.stop('SIGKILL');
    // Those who were there come back to the others, as no new visits, and nobody is counted at both.
    await allShow(clients, { online: 3000, browsers: 3000, visits: 3000, peak: 3000 });
    expect(Math.max(...clients.map(({ most }) => most))).toBe(3000);
    expect(new Set(clients.flatMap(({ answers }) => answers))).toEqual(new Set(['HTTP/1.1 200']));
    await first.start();

    for (const node of [...others, first]) {
      await node.stop('SIGTERM');
      await node.start();
      await allShow(clients, { online: 3000, browsers: 3000, visits: 3000 });
    }
    const seconds = clients[0]?.last?.snapshot.visitorSeconds ?? 0;
    await allShow(clients, { visits: 3000, peak: 3000 });
    // Its last tick may have been before that of the node that this client is at.
    await eventually(async () => expect((await first.snapshot()).visitorSeconds).toBeGreaterThanOrEqual(seconds));
  });

  test('takes the visitors of a node that was killed off, and off their pages, within 6 s, if they do not come back', async () => {
    const redis = await startRedis();
    const [one, other] = [await startNode(redis.url), await startNode(redis.url)];
    const staying = openClients(other.port, 5);
    const leaving = openClients(one.port, 20, '&page=/a');
    await allShow(staying, { online: 25, visits: 25 });
    await eventually(async () => expect(await other.page()).toEqual({ '/a': 20 }));
    for (const { close } of leaving) setTimeout(close, 0);
    await one.stop('SIGKILL');
    await allShow(staying, { online: 5, browsers: 5, visits: 25 }, 10_000);
    expect(await other.page()).toEqual({ '/a': 0 });
  });

  test('calls Redis once a second for each node, whatever the number of visitors', async () => {
    const redis = await startRedis();
    const { port } = await startFleet(redis);
    const scriptCalls = async () => {
      const calls = await redis.calls();
      return (calls.get('evalsha') ?? 0) + (calls.get('eval') ?? 0);
    };
    const clients: ReturningClient[] = [];
    for (const count of [10, 2990]) {
      clients.push(
        ...Array.from({ length: count }, (_, i) =>
          openReturning(port, `browser=browser-${count}-${i}&arrivals=browser-${count}-${i}`),
        ),
      );
      await allShow(clients, { online: clients.length });
      const [before, from] = [await scriptCalls(), Date.now()];
      await wait(6000);
      const perSecond = ((await scriptCalls()) - before) / ((Date.now() - from) / 1000);
      expect(perSecond).toBeGreaterThan(2);
      expect(perSecond).toBeLessThan(4);
    }
  });

  const outages: [
    name: string,
    begin: (redis: RedisServer) => Promise<void>,
    end: (redis: RedisServer) => Promise<void>,
  ][] = [
    ['answers nobody, while its connections stay', async (redis) => redis.freeze(), async (redis) => redis.thaw()],
    ['is killed, and started with its append-only file', (redis) => redis.kill(), (redis) => redis.start()],
    [
      'is killed, and started without its data',
      (redis) => redis.kill(),
      async (redis) => {
        redis.eraseData();
        await redis.start();
      },
    ],
    // Until it goes on by itself, all that is seen in the pause must have been seen.
    ['pauses its clients', (redis) => redis.pause(15_000), async () => {}],
  ];
  test.each(outages)(
    'goes on each second while Redis %s, and has all totals right afterwards',
    async (_, begin, end) => {
      const redis = await startRedis({ appendfsync: 'always' });
      const [one, other] = [await startNode(redis.url), await startNode(redis.url)];
      const clients = [...openClients(one.port, 3), ...openClients(other.port, 4)];
      await allShow(clients, { online: 7, visits: 7, partial: undefined });

      await begin(redis);
      await allShow(clients, { partial: true }, 10_000);
      expect(await one.readyz()).toContain('kept in memory');
      // Each node counts its own, and shows the others as last heard.
      const comers = [openReturning(one.port, 'tabs=2'), openReturning(other.port, 'tabs=5')];
      await wait(1500);
      await allShow(clients.slice(0, 3), { online: 9, visits: 9, partial: true });
      await allShow(clients.slice(3), { online: 12, visits: 12, partial: true });

      await end(redis);
      await allShow([...clients, ...comers], { online: 14, visits: 14, peak: 14, partial: undefined });
      // What a process says of itself comes on other ways than its streams.
      await eventually(async () => expect(await one.readyz()).toBe('ok\n'));
      await eventually(() => expect(one.output()).toContain('totals cannot be recorded'));
      await eventually(() => expect(one.output()).toContain('totals are being recorded again'));
    },
  );

  test('of a node that does not reach Redis at the start shows its own figures, and joins when it can', async () => {
    const redis = await startRedis({ password: 'open-sesame' });
    const honest = await startNode(redis.url);
    const wrong = await startNode(redis.url.replace('open-sesame', 'wrong-guess'));
    const clients = [...openClients(honest.port, 2), ...openClients(wrong.port, 3)];
    await allShow(clients.slice(0, 2), { online: 2, partial: undefined });
    await allShow(clients.slice(2), { online: 3, partial: true });
    await eventually(() => expect(wrong.output()).toContain('does not accept the user and password'));
    await redis.ask(['CONFIG', 'SET', 'requirepass', 'wrong-guess']);
    await allShow(clients.slice(2), { online: 5, visits: 5, partial: undefined });
    for (const { output } of [honest, wrong]) expect(output()).not.toMatch(/open-sesame|wrong-guess/);
  });
});
