import type { EventMap } from '@live-visitors/shared';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  balancedAddresses,
  type DocumentedProxy,
  documentedBalancers,
  documentedName,
  startDocumentedProxy,
} from './helpers/documented-proxies.ts';
import { runProgram } from './helpers/program.ts';
import { isInstalled } from './helpers/proxies.ts';
import { startRedis, whyNoRedis } from './helpers/redis.ts';
import { openSecureSocket } from './helpers/secure-socket.ts';
import { eventually } from './helpers/support.ts';

/** As many as cannot be divided by three: otherwise taking the servers in turn would look like balancing by browser. */
const browsers = Array.from({ length: 61 }, (_, i) => `browser-${i}`);

/** One server of a fleet. */
async function startNode(redisUrl: string) {
  const { child, exited, url } = runProgram({ PORT: '0', REDIS_URL: redisUrl, TRUST_PROXY: 'loopback' });
  const port = new URL(await url()).port;
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const metric = async (name: string) => {
    const line = (await get('/metrics')).split('\n').find((line) => line.startsWith(`${name} `));
    return Number(line?.slice(name.length));
  };
  return {
    port: Number(port),
    streams: () => metric('live_visitors_streams'),
    opened: () => metric('live_visitors_streams_opened_total'),
    /** How many browsers have renewed their streams here, where they were. */
    renewed: () => metric('live_visitors_streams_ended_total{reason="replaced"}'),
    snapshot: async () => JSON.parse(await get('/visitors')) as EventMap['visitors'],
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Three servers on one Redis behind a proxy. */
async function startFleet(proxy: DocumentedProxy) {
  const { url } = await startRedis();
  const nodes = await Promise.all([startNode(url), startNode(url), startNode(url)]);
  const upstreams = Object.fromEntries(nodes.map(({ port }, i) => [balancedAddresses[i], port]));
  const { port, certificate } = await startDocumentedProxy(proxy, upstreams);

  /** Opens a stream through the proxy. Resolves once it has begun, with whether it has ended. */
  async function open(query: string) {
    const socket = openSecureSocket({
      port,
      from: '127.0.0.1',
      name: documentedName,
      protocol: 'http/1.1',
      ca: certificate,
    });
    onTestFinished(() => void socket.destroy());
    let received = '';
    socket.on('error', () => {}).setEncoding('utf8');
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.write(`GET /stream${query} HTTP/1.1\r\nHost: ${documentedName}\r\nConnection: close\r\n\r\n`);
    await eventually(() => expect(received).toContain('event: visitors'));
    return { hasEnded: () => socket.closed };
  }

  const openAll = (tabs: number) => Promise.all(browsers.map((browser) => open(`?browser=${browser}&tabs=${tabs}`)));
  return { nodes, open, openAll };
}

type Node = Awaited<ReturnType<typeof startNode>>;
type Figure = 'streams' | 'opened' | 'renewed';

const each = (nodes: readonly Node[], figure: Figure) => Promise.all(nodes.map((node) => node[figure]()));

for (const proxy of documentedBalancers) {
  const missing =
    whyNoRedis() ??
    [proxy.command, 'openssl'].filter((command) => !isInstalled({ command })).map((name) => `no ${name}`)[0];
  describe.skipIf(missing)(
    `through ${proxy.name} as documented for several servers${missing ? ` (${missing})` : ''}`,
    () => {
      test('browsers are spread over all servers, and each renews its streams on one', async () => {
        const { nodes, openAll } = await startFleet(proxy);
        await openAll(1);
        const places = await each(nodes, 'streams');
        for (const streams of places) expect(streams).toBeGreaterThan(0);

        for (let renewal = 1; renewal <= 3; renewal++) {
          await openAll(1 + renewal);
          await eventually(async () => expect(await each(nodes, 'renewed')).toEqual(places.map((n) => n * renewal)));
          expect(await each(nodes, 'streams')).toEqual(places);
        }
        for (const { snapshot } of nodes) {
          await eventually(async () => expect(await snapshot()).toMatchObject({ online: 4 * 61, browsers: 61 }));
        }
      });

      test('when a server is killed, its browsers go to the others, and the rest stay', async () => {
        const { nodes, openAll } = await startFleet(proxy);
        const streams = await openAll(1);
        const [lost = 0, ...kept] = await each(nodes, 'streams');
        const [killed, ...others] = nodes;
        await killed?.kill();
        await eventually(() => expect(streams.filter(({ hasEnded }) => hasEnded())).toHaveLength(lost));

        await openAll(1);
        await eventually(async () => expect(await each(others, 'renewed')).toEqual(kept));
        const after = await each(others, 'streams');
        expect(after.reduce((sum, n) => sum + n, 0)).toBe(61);
      });

      test('requests without a browser are spread over all servers', async () => {
        const { nodes, open } = await startFleet(proxy);
        const streams = [];
        for (let i = 0; i < 60; i++) streams.push(await open(''));
        for (const opened of await each(nodes, 'opened')) expect(opened).toBeGreaterThan(3);
      });
    },
  );
}
