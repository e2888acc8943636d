// Thousands of streams come and go in every way that they can, for minutes; then all are gone, and the server must be
// back where it began: memory, handles, counts.
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startContestant } from './contestant.ts';
import { liveVisitors } from './contestants.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { minutes: { type: 'string', default: '3' }, streams: { type: 'string', default: '3000' } },
});
const streams = Number(values.streams);

/** How much more memory may be resident than before the first stream. */
const maxResidentBytes = 45 * 2 ** 20;

/** How much more the heap may hold at the end: what a process learns of itself in time, such as compiled code. */
const toleranceBytes = 4 * 2 ** 20;

const port = 20_500;
const server = await startContestant({ ...liveVisitors, flags: ['--expose-gc'] }, port);
let mostResidentBytes = 0;
const url = `http://127.0.0.1:${port}`;

const endings = [
  (socket: Socket) => socket.destroy(),
  (socket: Socket) => socket.resetAndDestroy(),
  (socket: Socket) => socket.end(),
  (socket: Socket) => socket.write('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n'),
  // Reads nothing for a while, before it goes.
  (socket: Socket) => {
    socket.pause();
    setTimeout(() => socket.destroy(), 5000);
  },
];
const open = new Set<Socket>();

function openOne(): void {
  const browser = Math.floor(Math.random() * streams * 2);
  const query = Math.random() < 0.5 ? `?browser=browser-${browser}&tabs=${1 + (browser % 5)}` : '';
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET /stream${query} HTTP/1.1\r\nHost: x\r\n\r\n`);
  socket.on('data', () => {}).on('error', () => {});
  socket.on('close', () => open.delete(socket));
  open.add(socket);
}

/** Has streams come and go, about a tenth of them each second. */
async function churn(forMs: number): Promise<void> {
  const until = performance.now() + forMs;
  let saidAt = performance.now();
  while (performance.now() < until) {
    while (open.size < streams) openOne();
    // One that was ended is left alone: Node never says that it is closed when it is reset then.
    for (const socket of open)
      if (!socket.writableEnded && Math.random() < 0.01) endings[Math.floor(Math.random() * endings.length)]?.(socket);
    if (performance.now() - saidAt > 10_000) {
      saidAt = performance.now();
      console.log(`${Math.round((until - saidAt) / 1000)} s to go: ${await describe()}`);
    }
    await wait(100);
  }
  for (const socket of open) socket.destroy();
  while ((await visitors()).online > 0) await wait(100);
  // What is left of the last connections goes with the next ticks.
  await wait(3000);
}

async function visitors(): Promise<{ online: number }> {
  return (await fetch(`${url}/visitors`)).json() as Promise<{ online: number }>;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { Connection: 'close' } })).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

async function describe(): Promise<string> {
  const { rssBytes, heapBytes, resources } = await server.read();
  mostResidentBytes = Math.max(mostResidentBytes, rssBytes);
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const opened = await metric('live_visitors_streams_opened_total');
  const drift = await metric('live_visitors_drift');
  return `${opened} opened, drift ${drift}, heap ${mib(heapBytes)}, resident ${mib(rssBytes)}, ${resources} handles`;
}

await wait(2000);
const idle = await server.read();
// Warm: code is compiled, pools are filled, and the garbage collector is as it is after a restart.
await churn(75_000);
mostResidentBytes = 0;
const start = await server.collect();
console.log(`at the start: ${await describe()}`);
await churn(Number(values.minutes) * 60_000);
const end = await server.collect();
console.log(`at the end: ${await describe()}`);
const residentBytes = mostResidentBytes - idle.rssBytes;
console.log(`${(residentBytes / 2 ** 20).toFixed(1)} MiB more were resident than before the first stream.`);

const faults = [
  ...(residentBytes > maxResidentBytes ? [`That is more than ${maxResidentBytes / 2 ** 20} MiB.`] : []),
  ...(end.heapBytes > start.heapBytes + toleranceBytes
    ? [`The heap has grown from ${start.heapBytes} to ${end.heapBytes} bytes.`]
    : []),
  ...(end.resources > start.resources ? [`There were ${start.resources} handles, and now are ${end.resources}.`] : []),
  ...((await metric('live_visitors_drift')) === 0 ? [] : ['The registry disagree.']),
];
await server.kill();
for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'Everything is back where it began.' : 'Something was left behind.');
process.exit(faults.length);
