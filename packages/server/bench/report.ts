import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { contestants, liveVisitors } from './contestants.ts';
import { measureFootprint } from './footprint.ts';

export type Result = {
  /** Of the server's process, for each event that was delivered. */
  userUs: number;
  systemUs: number;
  kibPerStream: number;
  /** Received over TCP. */
  bytesPerEvent: number;
  /** Events that arrived, as a share of one for each stream and second. */
  deliveredShare: number;
  /** Arrival after the beginning of the tick, over all events. */
  p50: number;
  p99: number;
  max: number;
  /** Arrival at the last stream, for the median tick. */
  lastMs: number;
  maxStallMs: number;
  /** All streams answered, after a restart. */
  backMs: number;
  refused: number;
  /** From the start of the process until it listens. */
  listeningMs: number;
  /** Resident memory before the first stream. */
  restMib: number;
  /** V8's space for new objects, after the streams. */
  newSpaceMib: number;
};

export type Run = {
  /** Of each contestant, those that took no part among them. */
  results: ReadonlyMap<string, readonly Result[]>;
  streams: number;
  seconds: number;
  rounds: number;
};

/** A run that the documents show has so many streams, and no fewer seconds and rounds. */
const documented = { streams: 10_000, seconds: 10, rounds: 2 };

const columns: { title: string; read: (result: Result) => number; digits: number; hasRatio: boolean }[] = [
  { title: 'CPU per event, µs', read: ({ userUs, systemUs }) => userUs + systemUs, digits: 1, hasRatio: true },
  { title: 'of that, user', read: ({ userUs }) => userUs, digits: 1, hasRatio: true },
  { title: 'system', read: ({ systemUs }) => systemUs, digits: 1, hasRatio: true },
  { title: 'memory per stream, KiB', read: ({ kibPerStream }) => kibPerStream, digits: 1, hasRatio: true },
  { title: 'bytes per event', read: ({ bytesPerEvent }) => bytesPerEvent, digits: 0, hasRatio: false },
  { title: 'event after its tick, p50, ms', read: ({ p50 }) => p50, digits: 0, hasRatio: true },
  { title: 'p99', read: ({ p99 }) => p99, digits: 0, hasRatio: true },
  { title: 'max', read: ({ max }) => max, digits: 0, hasRatio: true },
  { title: 'last stream, median tick', read: ({ lastMs }) => lastMs, digits: 0, hasRatio: true },
  { title: 'longest stall, ms', read: ({ maxStallMs }) => maxStallMs, digits: 0, hasRatio: true },
  { title: 'all back after a restart, ms', read: ({ backMs }) => backMs, digits: 0, hasRatio: true },
  { title: 'refused then', read: ({ refused }) => refused, digits: 0, hasRatio: false },
  { title: 'listening after, ms', read: ({ listeningMs }) => listeningMs, digits: 0, hasRatio: true },
  { title: 'memory at rest, MiB', read: ({ restMib }) => restMib, digits: 0, hasRatio: true },
  { title: 'delivered', read: ({ deliveredShare }) => deliveredShare, digits: 3, hasRatio: false },
];

/** What each contestant is compared with. */
const floors = new Map(contestants.map(({ name, floor }) => [name, floor ?? contestants[0]?.name]));

function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1);
  return (low + high) / 2;
}

/** Why a run is not one that the documents show; `undefined` where it is. */
export function whyNotDocumented({ results, streams, seconds, rounds }: Run): string | undefined {
  const missing = [...results].filter(([, measured]) => measured.length === 0).map(([name]) => name);
  if (missing.length > 0) return `these took no part: ${missing.join('; ')}`;
  if (streams !== documented.streams) return `it had ${streams} streams, not ${documented.streams}`;
  if (seconds < documented.seconds) return `rounds were of ${seconds} s, and not of ${documented.seconds} or more`;
  if (rounds < documented.rounds) return `it had fewer than ${documented.rounds} rounds`;
  return undefined;
}

/** How large V8's space for new objects may be in this server, which limits it by a flag that may change with V8. */
const maxNewSpaceMib = 4;

/** What is wrong with this server, if anything. */
export function findFault({ results }: Pick<Run, 'results'>): string | undefined {
  const largest = Math.max(...(results.get(liveVisitors.name) ?? []).map(({ newSpaceMib }) => newSpaceMib));
  if (largest <= maxNewSpaceMib) return undefined;
  return `V8's space for new objects is ${largest} MiB, not ${maxNewSpaceMib} or less: limit-heap.ts has no effect.`;
}

/**
 * Prints the table, and writes it to docs/benchmarks.md if the documents show such runs.
 *
 * @returns what is over its budget
 */
export function writeReport(run: Run): string[] {
  const { results, streams, seconds, rounds } = run;
  const rows = [...results].map(([name, all]) => {
    const floor = results.get(floors.get(name) ?? '') ?? [];
    return [
      name,
      ...columns.map(({ read, digits, hasRatio }) => {
        const value = median(all.map(read));
        if (Number.isNaN(value)) return '–';
        const text = value.toFixed(digits);
        // Each round is compared with the floor of that round, as the machine may be slower in one than in another.
        const ratio = median(
          all.map((result, round) => read(result) / (floor[round] ? read(floor[round]) : Number.NaN)),
        );
        return hasRatio && all !== floor && Number.isFinite(ratio) ? `${text} (${ratio.toFixed(2)} ×)` : text;
      }),
    ];
  });
  const table = [['', ...columns.map(({ title }) => title)], ['---', ...columns.map(() => '--:')], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
  console.log(`\n${table}`);
  const why = whyNotDocumented(run);
  if (why !== undefined) {
    console.log(`\ndocs/benchmarks.md is left as it was: ${why}.`);
    return [];
  }

  const date = new Date().toISOString().slice(0, 10);
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`;
  const file = fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url));
  const template = readFileSync(fileURLToPath(new URL('report.md', import.meta.url)), 'utf8');
  const footprint = measureFootprint();
  const text = template
    .replaceAll('{{streams}}', streams.toLocaleString('en'))
    .replaceAll('{{seconds}}', String(seconds))
    .replaceAll('{{rounds}}', String(rounds))
    .replaceAll('{{date}}', date)
    .replaceAll('{{machine}}', machine)
    .replaceAll('{{versions}}', versions())
    .replaceAll('{{table}}', table)
    .replaceAll('{{footprint}}', footprint.table);
  writeFileSync(file, text);
  console.log(`\nWritten to ${file}`);
  return footprint.faults;
}

function versions(): string {
  const { devDependencies } = JSON.parse(
    readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'),
  );
  const nginx = (() => {
    try {
      return execFileSync('sh', ['-c', 'nginx -v 2>&1'], { encoding: 'utf8' })
        .replace(/.*nginx\//s, 'nginx ')
        .trim();
    } catch {
      return 'no nginx';
    }
  })();
  return `Node ${process.versions.node}, Express ${devDependencies.express}, better-sse ${devDependencies['better-sse']}, Hono ${devDependencies.hono}, ${nginx}`;
}
