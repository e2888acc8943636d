import { type NameOf, variableName } from '../config/name-of.ts';
import type { Ledger } from '../core/ledger.ts';
import { messageOf } from '../core/message-of.ts';
import {
  createMinutes,
  dayMinutes,
  type Minute,
  maxMinutes,
  mergeMinutes,
  minuteMs,
  minuteOf,
} from '../core/minutes.ts';
import type { Totals } from '../core/totals-file.ts';
import { openSqliteFile } from './sqlite-file.ts';

export type SqliteLedger = Ledger & {
  /** All that it holds. */
  export: () => Totals;
  /**
   * Takes the figures of another ledger, or of the counter that a site had before.
   *
   * @returns false where it holds figures of its own already, which it keeps
   */
  import: (totals: Totals) => boolean;
};

/**
 * A ledger in a SQLite file of this process's own.
 *
 * @param options - with `now`, the time in milliseconds since 1970
 * @throws LedgerError where the file cannot be had
 */
export function openSqliteLedger({
  dataDir,
  now,
  nameOf = variableName,
}: {
  dataDir: string;
  now: () => number;
  nameOf?: NameOf;
}): SqliteLedger {
  const database = openSqliteFile(dataDir, nameOf);
  const selectTotals = database.prepare('SELECT visits, visitorSeconds, peak, peakAt FROM totals');
  const selectMinutes = database.prepare('SELECT at, lowest, highest, sum, ticks, visits FROM minutes ORDER BY at');
  const selectBetween = database.prepare(
    'SELECT at, lowest, highest, sum, ticks, visits FROM minutes WHERE at > ? AND at <= ? ORDER BY at',
  );
  const updateTotals = database.prepare('UPDATE totals SET visits = ?, visitorSeconds = ?, peak = ?, peakAt = ?');
  const addMinute = database.prepare(`
    INSERT INTO minutes (at, lowest, highest, sum, ticks, visits) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (at) DO UPDATE SET
      lowest = min(lowest, excluded.lowest), highest = max(highest, excluded.highest),
      sum = sum + excluded.sum, ticks = ticks + excluded.ticks, visits = visits + excluded.visits`);
  // By number, not by age: a clock that is wrong once must not cost the history.
  const prune = database.prepare(
    'DELETE FROM minutes WHERE at IN (SELECT at FROM minutes ORDER BY at DESC LIMIT -1 OFFSET ?)',
  );

  // As the columns are typed and never null, a row is what its statement selects.
  const readTotals = () => selectTotals.get() as Omit<Totals, 'minutes'>;
  let before = readTotals();
  let { peak, peakAt } = before;
  let visitsSoFar = 0;
  /** What is not written yet. */
  const minutes = createMinutes();
  let trouble: string | undefined;
  let prunedAt: number | undefined;

  function write(totals: Omit<Totals, 'minutes'>, added: Iterable<Minute>): void {
    database.exec('BEGIN IMMEDIATE');
    try {
      updateTotals.run(totals.visits, totals.visitorSeconds, totals.peak, totals.peakAt);
      let lastAdded = prunedAt;
      for (const { at, lowest, highest, sum, ticks, visits } of added) {
        addMinute.run(at, lowest, highest, sum, ticks, visits);
        lastAdded = at;
      }
      // It walks all minutes, so that once for each new one is often enough.
      if (lastAdded !== prunedAt) prune.run(maxMinutes);
      prunedAt = lastAdded;
      database.exec('COMMIT');
    } catch (error) {
      // Some errors, such as that of a full disk, have rolled it back already.
      if (database.isTransaction) rollBack();
      throw error;
    }
  }

  function rollBack(): void {
    try {
      database.exec('ROLLBACK');
    } catch {
      // What went wrong first says why.
    }
  }

  return {
    async record(reading) {
      const at = now();
      const { online, browsers, confirmed = online } = reading;
      if (confirmed > peak) {
        peak = confirmed;
        peakAt = at;
      }
      minutes.add(at, reading, reading.visits - visitsSoFar);
      visitsSoFar = reading.visits;
      const visits = before.visits + reading.visits;
      const visitorSeconds = before.visitorSeconds + reading.visitorSeconds;

      try {
        write({ visits, visitorSeconds, peak, peakAt }, minutes.all());
        minutes.clear();
        trouble = undefined;
      } catch (error) {
        trouble = `The totals cannot be written to ${nameOf('DATA_DIR')}: ${messageOf(error)}. They are kept in memory until they can be.`;
      }
      return { online, browsers, visits, peak, visitorSeconds, at };
    },

    // Seconds are kept in memory only: those of a process that has ended are gone.
    recentSeconds: async () => [],

    async lastDay() {
      // Not whatever is newest in the file: a clock that was wrong once may have left minutes that are still to come.
      const newest = minuteOf(now());
      const dayBefore = newest - dayMinutes * minuteMs;
      // As above: a row is what its statement selects.
      const written = selectBetween.all(dayBefore, newest) as Minute[];
      const known = mergeMinutes(written, minutes.all()).filter(({ at }) => at > dayBefore);
      return { peak: { online: peak, at: peakAt }, minutes: known };
    },

    trouble: () => trouble,

    async close() {
      database.close();
    },

    export: () => ({ ...readTotals(), minutes: selectMinutes.all() as Minute[] }),

    import({ minutes: imported, ...totals }) {
      const { visits, visitorSeconds, peak: ownPeak } = readTotals();
      if (visits + visitorSeconds + ownPeak > 0) return false;
      write(totals, imported);
      before = totals;
      ({ peak, peakAt } = totals);
      return true;
    },
  };
}
