import type { DatabaseSync } from 'node:sqlite';
import { type Minute, maxMinutes } from '../../history/minutes.ts';
import type { Totals } from '../totals-file.ts';

export type SqliteQueries = ReturnType<typeof prepareQueries>;

/** Prepares everything that is read from and written to a database whose schema is up to date. */
export function prepareQueries(database: DatabaseSync) {
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
  let prunedAt: number | undefined;

  function rollBack(): void {
    try {
      database.exec('ROLLBACK');
    } catch {
      // What went wrong first says why.
    }
  }

  // As the columns are typed and never null, a row is what its statement selects.
  return {
    readTotals: () => selectTotals.get() as Omit<Totals, 'minutes'>,

    readMinutes: () => selectMinutes.all() as Minute[],

    /** The minutes that began after the one time, up to the other. */
    readMinutesBetween: (after: number, until: number) => selectBetween.all(after, until) as Minute[],

    /** Replaces the totals and adds to the minutes, in one transaction. */
    write(totals: Omit<Totals, 'minutes'>, added: Iterable<Minute>): void {
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
    },
  };
}
