import { type NameOf, variableName } from '../../config/name-of.ts';
import { createMinutes, dayMinutes, type Minute, mergeMinutes, minuteMs, minuteOf } from '../../history/minutes.ts';
import { messageOf } from '../../observability/message-of.ts';
import { type Store, StoreError } from '../store.ts';
import type { Totals } from '../totals-file.ts';
import { SqliteDatabase } from './database.ts';
import { explainFailedCreation, explainFileState } from './explain-error.ts';
import { sqlitePath } from './file.ts';
import type { FileState } from './file-check.ts';
import { adviseLocalDisk } from './network-file-system.ts';

export type SqliteStore = Store & {
  /** All that it holds. */
  export: () => Totals;
  /**
   * Takes the figures of another store, or of the counter that a site had before.
   *
   * @returns false where it holds figures of its own already, which it keeps
   */
  import: (totals: Totals) => boolean;
};

/**
 * A store in a SQLite file of this process's own.
 *
 * @param options - with `now`, the time in milliseconds since 1970
 * @throws StoreError where the file cannot be had
 */
export function openSqliteStore({
  dataDir,
  now,
  nameOf = variableName,
}: {
  dataDir: string;
  now: () => number;
  nameOf?: NameOf;
}): SqliteStore {
  const path = sqlitePath(dataDir);
  let database = new SqliteDatabase(dataDir, nameOf);
  let before = database.readTotals();
  let { peak, peakAt } = before;
  let visitsSoFar = 0;
  let totals = before;
  /** What is not written yet. */
  const minutes = createMinutes();
  let trouble: string | undefined;
  let isMissing = false;

  /** Writes what is in memory to the file, if it is still ours. */
  function save(): void {
    try {
      const state = database.state();
      const isWritable = prepareFile(state);
      if (isWritable) {
        database.write(totals, minutes.all());
        minutes.clear();
      }
      setTrouble(isWritable && state.name === 'missing' ? undefined : explainFileState(state, path));
    } catch (error) {
      setTrouble(
        error instanceof StoreError
          ? error.message
          : `The totals cannot be written to ${nameOf('DATA_DIR')}: ${messageOf(error)}. They are kept in memory until they can be.`,
      );
    }
  }

  function setTrouble(what: string | undefined): void {
    trouble = what && what + adviseLocalDisk(dataDir, nameOf);
  }

  /** Mends what can be mended. Returns whether the database may be written to. */
  function prepareFile(state: FileState): boolean {
    const wasMissing = isMissing;
    isMissing = state.name === 'missing';
    switch (state.name) {
      case 'intact':
      case 'unreachable':
        return true;
      case 'log missing':
        database.renewLog();
        return true;
      case 'missing':
        // A folder that is moved away and back at once is not created anew in between.
        if (wasMissing) createAnew();
        return wasMissing;
      case 'replaced':
        database.removeLog();
        return false;
      case 'overwritten':
        database.close();
        return false;
      default:
        return state satisfies never;
    }
  }

  function createAnew(): void {
    const old = database;
    try {
      database = SqliteDatabase.create(dataDir, nameOf, totals, readMinutes(old));
    } catch (error) {
      throw new StoreError(explainFailedCreation(path, error), { cause: error });
    }
    old.removeLog();
    old.close();
  }

  return {
    now,

    async record(counts) {
      const at = now();
      const { online, browsers, confirmed = online } = counts;
      if (confirmed > peak) {
        peak = confirmed;
        peakAt = at;
      }
      minutes.add(at, counts, counts.visits - visitsSoFar);
      visitsSoFar = counts.visits;
      const visits = before.visits + counts.visits;
      const visitorSeconds = before.visitorSeconds + counts.visitorSeconds;
      totals = { visits, visitorSeconds, peak, peakAt };
      save();
      return { online, browsers, visits, peak, visitorSeconds, at };
    },

    // Seconds are kept in memory only: those of a process that has ended are gone.
    recentSeconds: async () => [],

    async lastDay() {
      // Not whatever is newest in the file: a clock that was wrong once may have left minutes that are still to come.
      const newest = minuteOf(now());
      const dayBefore = newest - dayMinutes * minuteMs;
      const written = database.readMinutesBetween(dayBefore, newest);
      const known = mergeMinutes(written, minutes.all()).filter(({ at }) => at > dayBefore);
      return { peak: { online: peak, at: peakAt }, minutes: known };
    },

    trouble: () => trouble,

    async close() {
      if (trouble !== undefined) save();
      try {
        database.close();
      } catch {
        // Where the file is somebody else's and cannot be moved aside, it stays open until the process ends.
      }
    },

    export: () => ({ ...database.readTotals(), minutes: database.readMinutes() }),

    import({ minutes: imported, ...figures }) {
      const { visits, visitorSeconds, peak: ownPeak } = database.readTotals();
      if (visits + visitorSeconds + ownPeak > 0) return false;
      database.write(figures, imported);
      before = figures;
      totals = figures;
      ({ peak, peakAt } = figures);
      return true;
    },
  };
}

/** As many minutes as can be read: the disk that they were on may be gone. */
function readMinutes(database: SqliteDatabase): Minute[] {
  try {
    return database.readMinutes();
  } catch {
    return [];
  }
}
