import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type HistoryRange, historyRanges } from '@live-visitors/shared';
import type { Store } from '../store/store.ts';
import { toCsv } from './csv.ts';
import { layOutRange } from './range.ts';

/** When to try again after a history could not be read. */
export const retrySeconds = 5;

const formats = { json: JSON.stringify, csv: toCsv };

export type HistoryFormat = keyof typeof formats;

export type HistoryReader = ReturnType<typeof createHistoryReader>;

const compress = promisify(gzip);

/** For how many seconds an answer is reused: a twelfth of the time from one entry to the next. */
export function maxAgeSeconds(range: HistoryRange): number {
  return historyRanges[range].everyMs / 12_000;
}

/**
 * Reads ranges from a store, encodes and compresses them. Each range in each format is read once at a time, and again
 * when the answer is too old, however often it is called: a flood of requests must not slow down the store.
 *
 * @param elapsed - milliseconds since some moment; never set back
 * @returns how to read one; resolves with `undefined` if the store cannot be read, or has recorded nothing yet
 */
export function createHistoryReader(store: Pick<Store, 'past'>, elapsed: () => number) {
  const latest = new Map<string, { answer: ReturnType<typeof read>; validUntil: number }>();

  async function read(range: HistoryRange, format: HistoryFormat) {
    const past = await store.past(historyRanges[range]);
    const history = past && layOutRange(range, past);
    if (history === undefined) return undefined;
    const text = formats[format](history);
    return { text, gzipped: await compress(text) };
  }

  return (range: HistoryRange, format: HistoryFormat) => {
    const key = `${format} ${range}`;
    const known = latest.get(key);
    if (known && elapsed() < known.validUntil) return known.answer;
    const entry = { answer: read(range, format), validUntil: Number.POSITIVE_INFINITY };
    latest.set(key, entry);
    const noteAge = (answer?: unknown) => {
      entry.validUntil = elapsed() + (answer ? maxAgeSeconds(range) : retrySeconds) * 1000;
    };
    entry.answer.then(noteAge, () => noteAge());
    return entry.answer;
  };
}
