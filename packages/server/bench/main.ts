// Measures this server side by side with others: one table on the screen, and in docs/benchmarks.md.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openFilesLimit } from '../src/open-files.ts';
import type { LoadReport } from './load.ts';
import type { Reading } from './probe.ts';
import { type Result, writeReport } from './report.ts';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const { values } = parseArgs({
  // `pnpm bench -- --streams 1000` passes the dashes on.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    streams: { type: 'string', default: String(Math.min(10_000, openFilesLimit() - 1000)) },
    seconds: { type: 'string', default: '15' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const streams = Number(values.streams);
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);

type Contestant = {
  name: string;
  file: string;
  /** For Node. */
  flags?: string[];
};

const contestants = (
  [
    { name: 'bare net socket, one shared buffer: the floor', file: here('contestants/net.ts') },
    { name: 'Live Visitors', file: here('../dist/main.js') },
    { name: 'plain Express, one interval per stream', file: here('contestants/express-interval.ts') },
    { name: 'Express, one encoded string', file: here('contestants/express-string.ts') },
    { name: 'better-sse on Express', file: here('contestants/better-sse.ts') },
    ...(hasNchan() ? [{ name: 'nchan (nginx module)', file: here('contestants/nchan.ts') }] : []),
  ] as Contestant[]
).filter(({ file }) => values.only.length === 0 || values.only.some((part) => file.includes(part)));

function hasNchan(): boolean {
  return existsSync('/usr/lib/nginx/modules/ngx_nchan_module.so');
}

/** Starts a contestant in a fresh process. */
async function start({ file, flags = [] }: Contestant, port: number) {
  const child = fork(file, {
    execArgv: ['--import', here('probe.ts'), ...flags],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      HOST: '127.0.0.1',
      // All streams come from one machine here.
      MAX_STREAMS_PER_ADDRESS: '1000000',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  /** The process to measure, where it is not the child itself. */
  let measured: number | undefined;
  child.on('message', (message: { measure?: number }) => {
    measured ??= message.measure;
  });
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${file} ended with code ${child.exitCode}.`);
    await wait(10);
  }

  return {
    async read(): Promise<Reading> {
      if (measured !== undefined) return readProcess(measured);
      child.send('read');
      const [reading] = await once(child, 'message');
      return reading as Reading;
    },
    watchStalls: () => child.send('watch stalls'),
    async kill() {
      const exited = once(child, 'exit');
      // nchan's process takes its nginx with it.
      if (measured === undefined) child.kill('SIGKILL');
      else child.disconnect();
      await exited;
    },
  };
}

/** What the system knows of a process that is not Node's. */
function readProcess(pid: number): Reading {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const usPerTick = 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  return {
    userUs: Number(fields[11]) * usPerTick,
    systemUs: Number(fields[12]) * usPerTick,
    rssBytes: rssKiB * 1024,
    heapBytes: Number.NaN,
    maxStallMs: Number.NaN,
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const load = fork(here('load.ts'));
async function ask<Answer>(command: object): Promise<Answer> {
  load.send(command);
  const [answer] = await once(load, 'message');
  return answer as Answer;
}

async function measure(contestant: Contestant, port: number): Promise<Result> {
  let server = await start(contestant, port);
  await wait(500);
  const empty = await server.read();
  const open = { do: 'open', port, streams, path: '/stream' };
  await ask(open);
  await wait(2500);

  await ask({ do: 'record' });
  const before = await server.read();
  await wait(seconds * 1000);
  const after = await server.read();
  const { events, latencyMs, lastMs } = await ask<LoadReport>({ do: 'report' });
  server.watchStalls();
  await wait(5000);
  const full = await server.read();

  await server.kill();
  server = await start(contestant, port);
  const { tookMs, refused } = await ask<{ tookMs: number; refused: number }>(open);
  await ask({ do: 'close' });
  await server.kill();

  return {
    userUs: (after.userUs - before.userUs) / events,
    systemUs: (after.systemUs - before.systemUs) / events,
    kibPerStream: (after.rssBytes - empty.rssBytes) / 1024 / streams,
    deliveredShare: events / (streams * seconds),
    ...latencyMs,
    lastMs: lastMs ?? Number.NaN,
    maxStallMs: full.maxStallMs,
    backMs: tookMs,
    refused,
  };
}

const results = new Map<string, Result[]>(contestants.map(({ name }) => [name, []]));
let port = 20_000;
for (let round = 1; round <= rounds; round++) {
  for (const contestant of contestants) {
    const { name } = contestant;
    console.log(`round ${round} of ${rounds}: ${name}`);
    const result = await measure(contestant, port++);
    console.log(
      JSON.stringify(result, (_, value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value)),
    );
    results.get(name)?.push(result);
    await wait(1000);
  }
}
load.disconnect();
writeReport({ results, streams, seconds, rounds });
process.exit(0);
