// The load generator, in a process of its own: holds streams open and notes when their events arrive.
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type PageLoad, queryOf } from './page-queries.ts';

export type LoadReport = {
  events: number;
  bytes: number;
  /** When events arrived after the beginning of their tick, over all streams, in milliseconds. */
  latencyMs: { p50: number; p99: number; max: number };
  /** When the last stream had its event, for the median tick. `undefined` where streams have no tick in common. */
  lastMs: number | undefined;
};

/** How many connections may be on their way at once: more than that meets the kernel's limit of the backlog. */
const maxPending = 512;

const mark = Buffer.from('"at":');
// All sockets read into this one, each piece of which is looked at before the next comes.
const readBuffer = Buffer.allocUnsafe(65_536);
let sockets: Socket[] = [];
/** Indices of those whose connection has gone. */
let lost: number[] = [];
let pending = 0;
let answered = 0;
let refused = 0;
let recording:
  | { events: number; bytes: number; latencies: Uint32Array; ticks: Map<number, { count: number; last: number }> }
  | undefined;

function note(chunk: Buffer): void {
  if (!recording) return;
  const now = Date.now();
  recording.bytes += chunk.length;
  for (let i = chunk.indexOf(mark); i !== -1; i = chunk.indexOf(mark, i + 1)) {
    const at = Number(chunk.toString('latin1', i + mark.length, i + mark.length + 13));
    const latency = Math.min(Math.max(0, now - at), recording.latencies.length - 1);
    recording.events++;
    recording.latencies[latency] = (recording.latencies[latency] ?? 0) + 1;
    const tick = recording.ticks.get(at) ?? { count: 0, last: 0 };
    tick.count++;
    tick.last = Math.max(tick.last, latency);
    recording.ticks.set(at, tick);
  }
}

/** Opens one stream. */
function open(port: number, index: number, path: string): void {
  let isAnswered = false;
  pending++;
  const socket = connect({
    port,
    host: '127.0.0.1',
    onread: {
      buffer: readBuffer,
      callback(length, { buffer, byteOffset }) {
        const chunk = Buffer.from(buffer, byteOffset, length);
        if (isAnswered) {
          note(chunk);
        } else if (chunk.toString('latin1', 0, 12) === 'HTTP/1.1 200') {
          isAnswered = true;
          pending--;
          answered++;
        } else {
          refused++;
        }
        return true;
      },
    },
  });
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nOrigin: http://example.com\r\n\r\n`;
  socket.once('connect', () => socket.write(request));
  socket.on('error', () => {});
  socket.once('close', () => {
    if (isAnswered) answered--;
    else pending--;
    if (sockets[index] === socket) lost.push(index);
  });
  sockets[index] = socket;
}

/** Opens streams, those that were lost among them, until so many have been answered. */
async function openAll({ port, streams, path, pages }: OpenCommand): Promise<void> {
  let next = sockets.length;
  while (answered < streams) {
    while (pending < maxPending && (lost.length > 0 || next < streams)) {
      const again = lost.pop();
      const index = again ?? next;
      open(port, index, path + queryOf(pages, index));
      if (again === undefined) next++;
    }
    await wait(2);
  }
}

function report(): LoadReport {
  if (!recording) throw new Error('nothing was recorded');
  const { events, bytes, latencies, ticks } = recording;
  const quantile = (share: number) => {
    let seen = 0;
    for (const [ms, count] of latencies.entries()) {
      seen += count;
      if (seen >= share * events) return ms;
    }
    return latencies.length;
  };
  // The first and the last tick may have been recorded in part.
  const whole = [...ticks.values()].filter(({ count }) => count === answered).map(({ last }) => last);
  const lastMs = whole.sort((a, b) => a - b)[Math.floor(whole.length / 2)];
  return { events, bytes, latencyMs: { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) }, lastMs };
}

type OpenCommand = { do: 'open'; port: number; streams: number; path: string; pages?: PageLoad };

type Command =
  | OpenCommand
  /** Waits until the server's end of every stream is gone. */
  | { do: 'await end' }
  | { do: 'record' }
  | { do: 'report' }
  | { do: 'close' };

process.on('message', async (command: Command) => {
  switch (command.do) {
    case 'open': {
      const began = performance.now();
      await openAll(command);
      process.send?.({ tookMs: performance.now() - began, refused });
      refused = 0;
      break;
    }
    case 'await end':
      while (answered > 0) await wait(5);
      process.send?.({});
      break;
    case 'record':
      recording = { events: 0, bytes: 0, latencies: new Uint32Array(10_000), ticks: new Map() };
      process.send?.({});
      break;
    case 'report':
      process.send?.(report());
      recording = undefined;
      break;
    case 'close': {
      const open = sockets;
      sockets = [];
      lost = [];
      for (const socket of open) socket.destroy();
      while (answered > 0 || pending > 0) await wait(5);
      process.send?.({});
      break;
    }
    default:
      command satisfies never;
  }
});
process.on('disconnect', () => process.exit());
