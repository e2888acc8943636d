import { layOutDay } from '../core/day-history.ts';
import type { Ledger } from '../core/ledger.ts';

/** For how many seconds an answer is given again: its entries are minutes. */
export const dayLastsSeconds = 5;

export type DayReader = () => Promise<string | undefined>;

/**
 * Reads the last 24 hours from a ledger, as JSON. It is read once in a while, however often it is asked for, and never
 * while a read is under way: a flood of requests must not hold up what the ledger is there for.
 *
 * @param elapsed - milliseconds since some moment; never set back
 * @returns how to read it; `undefined` comes while the ledger cannot be read, or knows nothing yet
 */
export function createDayReader(ledger: Pick<Ledger, 'lastDay'>, elapsed: () => number): DayReader {
  let latest: { json: Promise<string | undefined>; until: number } | undefined;

  async function read(): Promise<string | undefined> {
    const day = await ledger.lastDay();
    const history = day && layOutDay(day);
    return history && JSON.stringify(history);
  }

  return () => {
    if (latest === undefined || elapsed() >= latest.until) {
      const begun = { json: read(), until: Number.POSITIVE_INFINITY };
      const finish = () => {
        begun.until = elapsed() + dayLastsSeconds * 1000;
      };
      begun.json.then(finish, finish);
      latest = begun;
    }
    return latest.json;
  };
}
