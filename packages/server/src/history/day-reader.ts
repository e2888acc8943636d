import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Store } from '../store/store.ts';
import { layOutDay } from './day.ts';

/** For how many seconds an answer is given again: its entries are minutes. */
export const dayLastsSeconds = 5;

type EncodedDay = { json: string; gzipped: Buffer };

export type DayReader = () => Promise<EncodedDay | undefined>;

const compress = promisify(gzip);

/**
 * Reads the last 24 hours from a store, as JSON, and compresses them. It does so once in a while, however often it is
 * asked, and never while a read is under way: a flood of requests must not hold up what the store is there for.
 *
 * @param elapsed - milliseconds since some moment; never set back
 * @returns how to read it; `undefined` comes while the store cannot be read, or knows nothing yet
 */
export function createDayReader(store: Pick<Store, 'lastDay'>, elapsed: () => number): DayReader {
  let latest: { encoded: Promise<EncodedDay | undefined>; until: number } | undefined;

  async function read(): Promise<EncodedDay | undefined> {
    const day = await store.lastDay();
    const history = day && layOutDay(day);
    if (history === undefined) return undefined;
    const json = JSON.stringify(history);
    return { json, gzipped: await compress(json) };
  }

  return () => {
    if (latest === undefined || elapsed() >= latest.until) {
      const begun = { encoded: read(), until: Number.POSITIVE_INFINITY };
      const finish = () => {
        begun.until = elapsed() + dayLastsSeconds * 1000;
      };
      begun.encoded.then(finish, finish);
      latest = begun;
    }
    return latest.encoded;
  };
}
