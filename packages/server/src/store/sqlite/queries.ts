import type { DatabaseSync } from 'node:sqlite';
import { maxHistorySeconds, tickOf } from '@live-visitors/shared';
import { type Minute, maxMinutes } from '../../history/minutes.ts';
import type { Second } from '../store.ts';
import type { Totals } from '../totals-file.ts';

/** What is written together: totals that replace those in the file, and what is added to its history. */
export type Entry = { totals: Omit<Totals, 'minutes'>; minutes: readonly Minute[]; seconds: readonly Second[] };

export type Queries = ReturnType<typeof prepareQueries>;

/** Prepares all reads and writes of a database whose schema is up to date. */
export function prepareQueries(database: DatabaseSync) {
  const selectTotals = database.prepare('SELECT visits, visitorSeconds, peak, peakAt FROM totals');
  const selectMinutes = database.prepare(
    'SELECT at, lowest, highest, sum, ticks, visits FROM minutes WHERE at > ? AND at <= ? ORDER BY at',
  );
  const selectSeconds = database.prepare('SELECT at, online FROM seconds WHERE at > ? AND at <= ? ORDER BY at');
  const updateTotals = database.prepare(
    'UPDATE totals SET visits = :visits, visitorSeconds = :visitorSeconds, peak = :peak, peakAt = :peakAt',
  );
  const addMinute = database.prepare(`
    INSERT INTO minutes (at, lowest, highest, sum, ticks, visits) VALUES (:at, :lowest, :highest, :sum, :ticks, :visits)
    ON CONFLICT (at) DO UPDATE SET
      lowest = min(lowest, excluded.lowest), highest = max(highest, excluded.highest),
      sum = sum + excluded.sum, ticks = ticks + excluded.ticks, visits = visits + excluded.visits`);
  // A ring: a second takes the place of the one an hour before it.
  const addSecond = database.prepare('INSERT OR REPLACE INTO seconds (slot, at, online) VALUES (:slot, :at, :online)');
  // By number, not by age: a clock that is wrong once must not cost the history.
  const prune = database.prepare(
    'DELETE FROM minutes WHERE at IN (SELECT at FROM minutes ORDER BY at DESC LIMIT -1 OFFSET ?)',
  );
  let prunedAt: number | undefined;

  function add({ totals, minutes, seconds }: Entry): void {
    updateTotals.run(totals);
    for (const minute of minutes) addMinute.run(minute);
    for (const second of seconds) addSecond.run({ ...second, slot: tickOf(second.at) % maxHistorySeconds });
    // It reads all minutes, so it runs only after a new one.
    const newest = minutes.at(-1)?.at ?? prunedAt;
    if (newest !== prunedAt) prune.run(maxMinutes);
    prunedAt = newest;
  }

  // The columns are typed and never null, so a row is what its statement selects.
  return {
    readTotals: () => selectTotals.get() as Entry['totals'],

    /** The minutes that began after one time, up to another. */
    readMinutes: (after = -1, until = Number.MAX_SAFE_INTEGER) => selectMinutes.all(after, until) as Minute[],

    readSeconds: (after = -1, until = Number.MAX_SAFE_INTEGER) => selectSeconds.all(after, until) as Second[],

    /** Writes an entry in one transaction. */
    write(entry: Entry): void {
      database.exec('BEGIN IMMEDIATE');
      try {
        add(entry);
        database.exec('COMMIT');
      } finally {
        // Some errors, such as that of a full disk, have rolled it back already.
        if (database.isTransaction) database.exec('ROLLBACK');
      }
    },
  };
}
