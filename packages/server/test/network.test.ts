import { readdir, readFile, readlink } from 'node:fs/promises';
import type { EventMap } from '@live-visitors/shared';
import { createParser } from 'eventsource-parser';
import { describe, expect, test, vi } from 'vitest';
import { createNamespace, layCable, type NetworkNamespace, whyNoNamespaces } from './helpers/network-namespace.ts';
import { startMs } from './helpers/program.ts';
import { eventually, mainFile, makeFolder } from './helpers/support.ts';

const port = 3000;
const curlOptions = ['--silent', '--no-buffer', '--noproxy', '*'];

/** Runs the program in a namespace, where it can be asked from within. */
async function startServer(namespace: NetworkNamespace, dataDir: string, env: Record<string, string> = {}) {
  // With so little room for what is short-lived, memory that grows is memory that is held.
  const { pid, onOutput } = namespace.start(process.execPath, ['--max-semi-space-size=1', mainFile], {
    ...env,
    DATA_DIR: dataDir,
    HOST: '0.0.0.0',
    PORT: String(port),
  });
  let output = '';
  onOutput((text) => {
    output += text;
  });
  await eventually(() => expect(output).toContain('"msg":"listening"'), startMs);

  const get = (path: string) => namespace.run('curl', ...curlOptions, '--fail', `http://127.0.0.1:${port}${path}`);

  return {
    snapshot: async () => JSON.parse(await get('/visitors')) as EventMap['visitors'],

    /** Reads metrics; one that has no value yet is `undefined`. */
    async metrics() {
      const lines = (await get('/metrics')).split('\n').map((line) => line.split(' '));
      const values = new Map(lines.map(([name, value]) => [name, Number(value)]));
      return (name: string) => values.get(`live_visitors_${name}`);
    },

    /** How many sockets the process holds, those on which it is asked among them. */
    async sockets() {
      const folder = `/proc/${pid}/fd`;
      // One may be closed between the two calls.
      const files = (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => 'closed'));
      return (await Promise.all(files)).filter((file) => file.startsWith('socket:')).length;
    },

    /** The memory that it takes up, in MiB. */
    async residentMib() {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
  };
}

/** Reads a stream as fast as it comes, and notes when. */
function startReader(namespace: NetworkNamespace) {
  const ticks: { at: number; arrivedAt: number }[] = [];
  const parser = createParser({
    onEvent({ event, id }) {
      if (event === 'visitors') ticks.push({ at: Number(id), arrivedAt: Date.now() });
    },
  });
  namespace.start('curl', [...curlOptions, `http://127.0.0.1:${port}/stream`]).onOutput((text) => parser.feed(text));
  return { ticks };
}

/** Opens streams, and leaves in the kernel what comes on them. */
function startDeafReaders(namespace: NetworkNamespace, count: number): void {
  const script = `
    import { connect } from 'node:net';
    for (let i = 0; i < ${count}; i++) {
      const socket = connect(${port}, '127.0.0.1');
      // Before it is connected: otherwise Node reads ahead.
      socket.pause();
      socket.on('error', () => {});
      socket.write('GET /stream HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n');
    }
    // Sockets that wait for nothing keep no process alive.
    setInterval(() => {}, 60_000);`;
  namespace.start(process.execPath, ['--input-type=module', '--eval', script]);
}

function differences(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - Number(values[index]));
}

const missing = whyNoNamespaces();
const timeout = 120_000;

// Each waits for about a minute, so that they run side by side.
describe.skipIf(missing).concurrent(`on a network of its own${missing ? ` (${missing})` : ''}`, { timeout }, () => {
  test('a peer whose cable is pulled is gone from the count within 75 s', async ({ onTestFinished }) => {
    const here = await createNamespace();
    onTestFinished(here.remove);
    const there = await createNamespace();
    onTestFinished(there.remove);
    const pullCable = await layCable(
      { namespace: here, address: '192.0.2.1' },
      { namespace: there, address: '192.0.2.2' },
    );
    const { snapshot, metrics, sockets } = await startServer(here, makeFolder(onTestFinished));
    const socketsBefore = await sockets();

    const peer = there.start('curl', [...curlOptions, `http://192.0.2.1:${port}/stream?browser=abcdefgh&tabs=3`]);
    await eventually(async () => expect(await snapshot()).toMatchObject({ online: 3, browsers: 1 }));
    await eventually(async () => expect(await sockets()).toBe(socketsBefore + 1));

    await pullCable();
    await vi.waitFor(async () => expect(await snapshot()).toMatchObject({ online: 0, browsers: 0 }), {
      timeout: 75_000,
      interval: 200,
    });
    const metric = await metrics();
    expect(metric('streams_ended_total{reason="expired"}')).toBe(1);
    expect(metric('streams_ended_total{reason="closed"}')).toBeUndefined();
    expect(metric('drift')).toBe(0);
    await eventually(async () => expect(await sockets()).toBe(socketsBefore));
    // It has heard nothing either.
    expect(peer.isRunning()).toBe(true);
  });

  test('1,000 readers that never read are ended, while memory stays flat and the ticks of the others are on time', async ({
    onTestFinished,
  }) => {
    const namespace = await createNamespace();
    onTestFinished(namespace.remove);
    // The kernel's buffers for a connection, which otherwise take ticks for hours.
    await namespace.run('sysctl', '-w', 'net.ipv4.tcp_wmem=4096 4096 4096', 'net.ipv4.tcp_rmem=4096 4096 4096');
    const { snapshot, metrics, sockets, residentMib } = await startServer(namespace, makeFolder(onTestFinished), {
      MAX_STREAMS_PER_ADDRESS: '2000',
    });
    const { ticks } = startReader(namespace);
    await eventually(() => expect(ticks.length).toBeGreaterThan(1));
    const socketsBefore = await sockets();

    startDeafReaders(namespace, 1000);
    await eventually(async () => expect(await snapshot()).toMatchObject({ online: 1001 }));
    const openedMib = await residentMib();
    let mostMib = openedMib;
    const drifts = new Set<number | undefined>();
    await vi.waitFor(
      async () => {
        mostMib = Math.max(mostMib, await residentMib());
        const metric = await metrics();
        drifts.add(metric('drift'));
        expect(metric('streams_ended_total{reason="clogged"}')).toBe(1000);
      },
      { timeout: 90_000, interval: 500 },
    );
    const metric = await metrics();
    expect(metric('ticks_skipped_total')).toBeGreaterThanOrEqual(10_000);
    expect([...drifts]).toEqual([0]);
    // Each has skipped ten ticks, so nothing was queued. Resident memory says only that nothing else grows: on a busy machine,
    // the collector is up to 11 MiB late.
    expect(mostMib - openedMib).toBeLessThan(24);
    await eventually(async () => expect(await sockets()).toBe(socketsBefore));
    // The first is the snapshot that a stream begins with.
    const heard = ticks.slice(1);
    const arrivals = heard.map(({ arrivedAt }) => arrivedAt);
    expect(Math.max(...differences([...arrivals, Date.now()]))).toBeLessThan(3000);
    expect(Math.max(...heard.map(({ at, arrivedAt }) => arrivedAt - at))).toBeLessThan(2000);
    expect(await snapshot()).toMatchObject({ online: 1, browsers: 1 });
  });
});
