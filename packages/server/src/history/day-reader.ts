import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Store } from '../store/store.ts';
import { layOutDay } from './day.ts';

/** For how many seconds an answer is reused: its entries are minutes. */
export const dayMaxAgeSeconds = 5;

type EncodedDay = { json: string; gzipped: Buffer };

export type DayReader = () => Promise<EncodedDay | undefined>;

const compress = promisify(gzip);

/**
 * Reads the last 24 hours from a store as JSON, and compresses them. One read at a time, and one in 5 seconds, however
 * often it is called: a flood of requests must not slow down the store.
 *
 * @param elapsed - milliseconds since some moment; never set back
 * @returns how to read it; resolves with `undefined` if the store cannot be read, or has recorded nothing yet
 */
export function createDayReader(store: Pick<Store, 'lastDay'>, elapsed: () => number): DayReader {
  let latest: Promise<EncodedDay | undefined> | undefined;
  let validUntil = 0;

  async function read(): Promise<EncodedDay | undefined> {
    try {
      const day = await store.lastDay();
      const history = day && layOutDay(day);
      if (history === undefined) return undefined;
      const json = JSON.stringify(history);
      return { json, gzipped: await compress(json) };
    } finally {
      validUntil = elapsed() + dayMaxAgeSeconds * 1000;
    }
  }

  return () => {
    if (latest === undefined || elapsed() >= validUntil) {
      validUntil = Number.POSITIVE_INFINITY;
      latest = read();
    }
    return latest;
  };
}
