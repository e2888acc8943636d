// Measures this server side by side with others: one table on the screen, and in docs/benchmarks.md if the run is whole.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openFilesLimit } from '../src/config/open-files.ts';
import { startContestant } from './contestant.ts';
import { type Contestant, contestants, installed } from './contestants.ts';
import type { LoadReport } from './load.ts';
import { findFault, type Result, writeReport } from './report.ts';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const { values } = parseArgs({
  // `pnpm bench -- --streams 1000` passes the dashes on.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    streams: { type: 'string', default: String(Math.min(10_000, openFilesLimit() - 1000)) },
    seconds: { type: 'string', default: '15' },
    rounds: { type: 'string', default: '3' },
    // Parts of contestants' names.
    only: { type: 'string', multiple: true, default: [] },
  },
});
const streams = Number(values.streams);
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);

const load = fork(here('load.ts'));
async function ask<Answer>(command: object): Promise<Answer> {
  load.send(command);
  const [answer] = await once(load, 'message');
  return answer as Answer;
}

async function measure(contestant: Contestant, port: number): Promise<Result> {
  let server = await startContestant(contestant, port);
  await wait(500);
  const empty = await server.read();
  const open = { do: 'open', port, streams, path: '/stream', pages: contestant.pages };
  await ask(open);
  await wait(2500);

  await ask({ do: 'record' });
  const before = await server.read();
  await wait(seconds * 1000);
  const after = await server.read();
  const { events, bytes, latencyMs, lastMs } = await ask<LoadReport>({ do: 'report' });
  server.watchStalls();
  await wait(5000);
  const full = await server.read();

  await server.kill();
  await ask({ do: 'await end' });
  server = await startContestant(contestant, port, { isProbed: false });
  const { listeningMs } = server;
  await wait(1000);
  const restMib = server.residentBytes() / 2 ** 20;
  const { tookMs, refused } = await ask<{ tookMs: number; refused: number }>(open);
  await ask({ do: 'close' });
  await server.kill();

  return {
    userUs: (after.userUs - before.userUs) / events,
    systemUs: (after.systemUs - before.systemUs) / events,
    kibPerStream: (after.rssBytes - empty.rssBytes) / 1024 / streams,
    bytesPerEvent: bytes / events,
    deliveredShare: events / (streams * seconds),
    ...latencyMs,
    lastMs: lastMs ?? Number.NaN,
    maxStallMs: full.maxStallMs,
    backMs: tookMs,
    refused,
    listeningMs,
    restMib,
    newSpaceMib: full.newSpaceBytes / 2 ** 20,
  };
}

const chosen = installed.filter(
  ({ name }) => values.only.length === 0 || values.only.some((part) => name.includes(part)),
);
const results = new Map<string, Result[]>(contestants.map(({ name }) => [name, []]));
let port = 20_000;
for (let round = 1; round <= rounds; round++) {
  for (const contestant of chosen) {
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
const faults = [findFault({ results }), ...writeReport({ results, streams, seconds, rounds })].filter(
  (fault) => fault !== undefined,
);
for (const fault of faults) console.error(fault);
process.exit(faults.length);
