import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type ClientHttp2Stream, type IncomingHttpHeaders, connect as openSession } from 'node:http2';
import { join } from 'node:path';
import type { EventMap } from '@live-visitors/shared';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readCompose } from './helpers/compose.ts';
import { findFreePort } from './helpers/free-port.ts';
import { root } from './helpers/markdown.ts';
import { runProgram } from './helpers/program.ts';
import { caddy, isInstalled, startProxy } from './helpers/proxies.ts';
import { startRedis, whyNoRedis } from './helpers/redis.ts';
import { openSecureSocket } from './helpers/secure-socket.ts';
import { eventually } from './helpers/support.ts';

const { services } = readCompose('compose.fleet.yaml');
const servers = Object.entries(services).filter(([, service]) => service.build !== undefined);

/** Runs Redis with the settings of its service's command. */
function startRedisService() {
  const words = (services.redis?.command ?? '').split(/\s+--/).slice(1);
  return startRedis({ settings: Object.fromEntries(words.map((setting) => setting.split(/\s+/))) });
}

/** Runs one of the servers with the variables of its service, but for what is the address of another service. */
async function startServerService(environment: Record<string, string>, redisUrl: string) {
  const program = runProgram({ ...environment, REDIS_URL: redisUrl, MAX_STREAMS_PER_ADDRESS: '2', PORT: '0' });
  const url = `http://127.0.0.1:${new URL(await program.url()).port}`;
  return {
    ...program,
    port: new URL(url).port,
    async renewed() {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return Number(/^live_visitors_streams_ended_total\{reason="replaced"\} (\d+)$/m.exec(metrics)?.[1]);
    },
    snapshot: async () => (await (await fetch(`${url}/visitors`)).json()) as EventMap['visitors'],
  };
}

/** Runs Caddy with its Caddyfile, as for localhost. Gives its own port, and that of its admin endpoint. */
async function startCaddyService(upstreams: Record<string, string>) {
  const [adminPort, httpPort] = [await findFreePort(), await findFreePort()];
  const caddyfile = await readFile(join(root, 'deploy/Caddyfile'), 'utf8');
  // What has a container to itself there shares this machine here.
  const options = `{\n admin 127.0.0.1:${adminPort}\n http_port ${httpPort}\n skip_install_trust\n}\n`;
  const sites = Object.entries(upstreams).reduce((text, [name, place]) => text.replaceAll(name, place), caddyfile);
  const port = await startProxy(
    caddy,
    () => options + sites,
    (ownPort) => ({ SITE_ADDRESS: `localhost:${ownPort}` }),
  );
  // It takes connections before it has made its certificate.
  await eventually(async () => {
    const socket = openSecureSocket({ port, from: '127.0.0.1', name: 'localhost', protocol: 'h2' });
    try {
      await once(socket, 'secureConnect');
    } finally {
      socket.destroy();
    }
  });
  return { port, adminPort };
}

/** Opens a stream over HTTPS and HTTP/2. */
async function openStream(port: number, { from = '127.0.0.1', path = '/stream' } = {}) {
  const session = openSession(`https://localhost:${port}`, {
    createConnection: () => openSecureSocket({ port, from, name: 'localhost', protocol: 'h2' }),
  });
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':path': path, 'x-forwarded-for': '192.0.2.1' });
  stream.on('error', () => {}).resume();
  // What the event "response" comes with (Node's documentation, ClientHttp2Stream).
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }];
  return { status: headers[':status'], stream };
}

const missing = whyNoRedis() ?? (isInstalled(caddy) ? undefined : 'it takes caddy');
describe.skipIf(missing)(`compose.fleet.yaml, run without containers${missing ? ` (${missing})` : ''}`, () => {
  async function startAll() {
    const redis = await startRedisService();
    const nodes = await Promise.all(servers.map(([, { environment }]) => startServerService(environment, redis.url)));
    const upstreams = servers.map(([name], i) => [`${name}:3000`, `127.0.0.1:${nodes[i]?.port}`]);
    const { port, adminPort } = await startCaddyService(Object.fromEntries(upstreams));
    return { nodes, port, adminPort };
  }

  test('counts over all its servers, and goes on when one of them is killed', async () => {
    const { nodes, port, adminPort } = await startAll();
    const [, ...check] = services.caddy?.healthcheck?.test ?? [];
    const healthUrl = check.at(-1)?.replace(':2019', `:${adminPort}`) ?? '';
    expect((await fetch(healthUrl)).status).toBe(200);

    // As many as the servers take from one address together. Each is asked at random, and may be full already.
    const streams: ClientHttp2Stream[] = [];
    for (let asked = 0; streams.length < 2 * nodes.length && asked < 200; asked++) {
      const { status, stream } = await openStream(port);
      if (status === 200) streams.push(stream);
      else expect(status).toBe(429);
    }
    expect(streams).toHaveLength(6);
    for (let i = 0; i < 10; i++) expect((await openStream(port)).status).toBe(429);
    streams.push((await openStream(port, { from: '127.0.0.2' })).stream);
    for (const { snapshot } of nodes) {
      await eventually(async () => expect(await snapshot()).toMatchObject({ online: 7, browsers: 7 }));
    }

    const [killed, ...others] = nodes;
    killed?.child.kill('SIGKILL');
    await eventually(() => expect(streams.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(2));
    for (const from of ['127.0.0.3', '127.0.0.4']) {
      const { status, stream } = await openStream(port, { from });
      expect(status).toBe(200);
      streams.push(stream);
    }
    for (const { snapshot } of others) {
      await eventually(async () =>
        expect((await snapshot()).online).toBe(streams.filter(({ closed }) => !closed).length),
      );
    }
  });

  test('each browser renews its stream on the server that it was on', async () => {
    const { nodes, port } = await startAll();
    for (let i = 0; i < 20; i++) {
      // The servers take two streams from an address.
      const from = `127.0.1.${1 + i}`;
      for (const tabs of [1, 2, 3]) await openStream(port, { from, path: `/stream?browser=browser-${i}&tabs=${tabs}` });
    }
    await eventually(async () => {
      const renewed = await Promise.all(nodes.map((node) => node.renewed()));
      expect(renewed.reduce((sum, count) => sum + count, 0)).toBe(40);
      expect(Math.min(...renewed)).toBeGreaterThan(0);
    });
  });
});
