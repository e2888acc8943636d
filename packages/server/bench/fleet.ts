// What a fleet asks of its one Redis: the stores of so many nodes tick at once against a real redis-server. Their
// visitors are made up, as nothing per visitor ever goes to Redis; and so are changes of pages, if there are to be any.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from 'redis';
import type { PageChange } from '../src/presence/page-names.ts';
import { RedisStore } from '../src/store/redis/redis-store.ts';
import { nextTickAt, startTicking } from '../src/stream/ticker.ts';
import { findFreePort } from '../test/helpers/free-port.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    nodes: { type: 'string', multiple: true, default: ['1', '10', '100', '300'] },
    seconds: { type: 'string', default: '15' },
    // Over how much of each second the nodes' ticks are spread. They fall on the whole second.
    'spread-ms': { type: 'string', default: '0' },
    // Of how many pages the tabs change in each second, on all nodes together.
    'page-changes': { type: 'string', default: '0' },
  },
});
const sizes = values.nodes.map(Number);
const seconds = Number(values.seconds);
const spreadMs = Number(values['spread-ms']);
const pageChanges = Number(values['page-changes']);

/** How many pages each node has tabs on. */
const pagesPerNode = 10_000;

/** How long the first ticks, with which connections and scripts are made, are not looked at. */
const warmUpMs = 3000;

const tabsPerNode = 40_000;

/** How long a node waits for an answer, as in redis-store.ts. */
const answerMs = 400;

/** What the redis-server says of its work since it began; and this process of its own. */
type Usage = { redisUs: number; calls: number; scriptUs: number; bytesIn: number; bytesOut: number; ownUs: number };

type Result = Usage & {
  nodes: number;
  /** How long `record()` took, in milliseconds, shortest first. */
  tookMs: number[];
  /** How many snapshots were partial: Redis had not answered in time. */
  partial: number;
};

const redis = await startRedis();
const idle = await measure(0);
const results: Result[] = [];
for (const nodes of sizes) {
  console.log(`${nodes} nodes`);
  results.push(await measure(nodes));
}

const columns: { title: string; read: (result: Result) => number; digits: number }[] = [
  { title: 'nodes', read: ({ nodes }) => nodes, digits: 0 },
  { title: 'calls per second', read: ({ calls }) => calls / seconds, digits: 1 },
  { title: 'record(), p50, ms', read: ({ tookMs }) => quantile(tookMs, 0.5), digits: 1 },
  { title: 'p99', read: ({ tookMs }) => quantile(tookMs, 0.99), digits: 1 },
  { title: 'max', read: ({ tookMs }) => quantile(tookMs, 1), digits: 1 },
  { title: 'partial, %', read: ({ tookMs, partial }) => (100 * partial) / tookMs.length, digits: 1 },
  { title: 'Redis CPU per second, ms', read: ({ redisUs }) => redisUs / seconds / 1000, digits: 1 },
  { title: 'Redis CPU per call, µs', read: redisUsPerCall, digits: 0 },
  { title: 'time in the script per call, µs', read: ({ scriptUs, calls }) => scriptUs / calls, digits: 0 },
  { title: 'bytes in per call', read: ({ bytesIn, calls }) => (bytesIn - idle.bytesIn) / calls, digits: 0 },
  { title: 'bytes out per call', read: ({ bytesOut, calls }) => (bytesOut - idle.bytesOut) / calls, digits: 0 },
  { title: 'CPU of this process, %', read: ({ ownUs }) => ownUs / seconds / 1e4, digits: 0 },
];
const rows = [
  columns.map(({ title }) => title),
  columns.map(() => '--:'),
  ...results.map((result) => columns.map(({ read, digits }) => read(result).toFixed(digits))),
];
console.log(`\n${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`);
console.log(`Redis at rest: ${(idle.redisUs / seconds / 1000).toFixed(1)} ms CPU per second.`);

// A call now and then, as of a single node, finds every cache cold.
const points = results
  .filter(({ nodes }) => nodes >= 10)
  .map((result) => ({ x: result.nodes, y: redisUsPerCall(result) }));
if (points.length > 1) {
  const { base, slope } = fitLine(points);
  // n calls a second of base + slope × n each.
  const nodesAt = (usPerSecond: number) =>
    Math.floor((Math.sqrt(base ** 2 + 4 * slope * usPerSecond) - base) / (2 * slope));
  console.log(`A call costs about ${base.toFixed(0)} + ${slope.toFixed(2)} × nodes µs of Redis's CPU.`);
  console.log(`One core of Redis is half full at ${nodesAt(5e5)} nodes, and full at ${nodesAt(1e6)}.`);
  console.log(`As all call at once, the last of ${nodesAt(answerMs * 1000)} has its answer after ${answerMs} ms.`);
}
await redis.stop();

/** Has the stores of so many nodes tick for as long as was asked. */
async function measure(nodes: number): Promise<Result> {
  const tookMs: number[] = [];
  let partial = 0;
  let recording = false;

  async function startNode(index: number) {
    const store = await RedisStore.open({ url: redis.url, prefix: `fleet-of-${nodes}`, now: Date.now });
    let visits = 0;
    let visitorSeconds = 0;
    const now = () => Date.now() + (index / nodes) * spreadMs;
    const stop = startTicking(now, async () => {
      const online = tabsPerNode + Math.floor(Math.random() * 1000);
      visits += 1000;
      visitorSeconds += online;
      const pages = changePages(Math.floor(pageChanges / nodes), visitorSeconds);
      const startedAt = performance.now();
      const snapshot = await store.record({ online, browsers: online - 5000, visits, visitorSeconds }, pages);
      if (!recording) return;
      tookMs.push(performance.now() - startedAt);
      if (snapshot.partial) partial++;
    });
    return async () => {
      await stop();
      await store.close();
    };
  }

  const stops = await Promise.all(Array.from({ length: nodes }, (_, index) => startNode(index)));
  await wait(warmUpMs);
  // Until halfway between two ticks, so that only whole ones are recorded.
  await wait(nextTickAt(Date.now()) + 500 - Date.now());
  recording = true;
  const before = await readUsage();
  await wait(seconds * 1000);
  recording = false;
  const after = await readUsage();
  for (const stop of stops) await stop();

  const since = (name: keyof Usage) => after[name] - before[name];
  return {
    nodes,
    tookMs: tookMs.toSorted((a, b) => a - b),
    partial,
    redisUs: since('redisUs'),
    calls: since('calls'),
    scriptUs: since('scriptUs'),
    bytesIn: since('bytesIn'),
    bytesOut: since('bytesOut'),
    ownUs: since('ownUs'),
  };
}

/** The new counts of so many pages, another part of them each time. */
function changePages(count: number, seed: number): PageChange[] {
  return Array.from({ length: count }, (_, index) => [
    `/articles/2026/${(seed + index) % pagesPerNode}`,
    1 + Math.floor(Math.random() * 1000),
  ]);
}

async function readUsage(): Promise<Usage> {
  const info = await redis.info();
  const find = (pattern: string) => Number(new RegExp(`^${pattern}([\\d.]+)`, 'm').exec(info)?.[1] ?? 0);
  const { user, system } = process.cpuUsage();
  return {
    redisUs: 1e6 * (find('used_cpu_sys:') + find('used_cpu_user:')),
    calls: find('cmdstat_evalsha:calls='),
    scriptUs: find('cmdstat_evalsha:calls=\\d+,usec='),
    bytesIn: find('total_net_input_bytes:'),
    bytesOut: find('total_net_output_bytes:'),
    ownUs: user + system,
  };
}

/** Less what Redis does when nobody calls. */
function redisUsPerCall({ redisUs, calls }: Result): number {
  return (redisUs - idle.redisUs) / calls;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The line nearest to the points (least squares). */
function fitLine(points: readonly { x: number; y: number }[]): { base: number; slope: number } {
  const mean = (read: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + read(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const slope = mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2);
  return { base: y - slope * x, slope };
}

/** Runs a Redis of its own, with an append-only file in a folder of its own, for as long as this process runs. */
async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'live-visitors-'));
  const port = await findFreePort();
  const url = `redis://127.0.0.1:${port}`;
  const settings = { bind: '127.0.0.1', port: String(port), dir: folder, save: '', appendonly: 'yes' };
  const options = Object.entries({ ...settings, appendfsync: 'everysec' }).flatMap(([key, value]) => [
    `--${key}`,
    value,
  ]);
  const child: ChildProcess = spawn('redis-server', options, { stdio: 'ignore' });
  const client = createClient({ url });
  child.on('error', () => {
    console.error('There is no redis-server here: apt install redis-server');
    process.exit(1);
  });
  process.on('exit', () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  // It is not there at once; the client goes on trying.
  client.on('error', () => {});
  await client.connect();

  return {
    url,
    info: async () => String(await client.sendCommand(['INFO', 'cpu', 'commandstats', 'stats'])),
    async stop(): Promise<void> {
      client.destroy();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
