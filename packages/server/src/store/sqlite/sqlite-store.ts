import { resolve } from 'node:path';
import { maxHistorySeconds, type Snapshot, tickMs } from '@live-visitors/shared';
import { nameOf } from '../../config/name-of.ts';
import { maxMinutes, mergeMinutes, minuteOf, settleMinute } from '../../history/minutes.ts';
import { messageOf } from '../../observability/message-of.ts';
import { noOtherPages } from '../../presence/page-names.ts';
import type { Counts } from '../../presence/presence.ts';
import { readByDay } from '../by-day.ts';
import type { Past, Resolution, Second, Store } from '../store.ts';
import type { Totals } from '../totals-file.ts';
import { SqliteDatabase } from './database.ts';
import { adviseLocalDisk, explainFailedCreation, explainFileState } from './explain-error.ts';
import { sqlitePath } from './file.ts';
import type { FileState } from './open-file.ts';
import type { Entry } from './queries.ts';

/** How many seconds are written at once. Writing each by itself would double what an idle server writes. */
const secondsPerWrite = 60;

/** A store in a SQLite file, which only this process has open. */
export class SqliteStore implements Store {
  readonly otherPages = noOtherPages;
  readonly now: () => number;
  readonly #dataDir: string;
  #database: SqliteDatabase;
  /** The totals when this process began to count. */
  #before: Entry['totals'];
  /** The totals, and the part of the history that is not written yet. */
  #unwritten: Entry;
  #trouble: string | undefined;
  #isMissing = false;

  /** @throws StoreError if the file cannot be opened */
  constructor({ dataDir, now }: { dataDir: string; now: Store['now'] }) {
    this.now = now;
    // The folder that a relative path starts from may change or vanish.
    this.#dataDir = resolve(dataDir);
    this.#database = new SqliteDatabase(this.#dataDir);
    this.#before = this.#database.totals;
    this.#unwritten = { totals: this.#before, minutes: [], seconds: [] };
  }

  async record(counts: Counts): Promise<Snapshot> {
    const at = this.now();
    const { online, browsers, confirmed = online } = counts;
    const { totals, minutes, seconds } = this.#unwritten;
    const visits = this.#before.visits + counts.visits;
    const visitorSeconds = this.#before.visitorSeconds + counts.visitorSeconds;
    const { peak, peakAt } = confirmed > totals.peak ? { peak: confirmed, peakAt: at } : totals;
    const newVisits = visits - totals.visits;
    const tick = { at: minuteOf(at), lowest: online, highest: confirmed, sum: online, ticks: 1, visits: newVisits };
    const isIdle = online === 0 && newVisits === 0 && visitorSeconds === totals.visitorSeconds;
    const isMinuteOver = minutes.some((minute) => minute.at !== tick.at);
    this.#unwritten = {
      totals: { visits, visitorSeconds, peak, peakAt },
      minutes: mergeMinutes(minutes, [tick]).slice(-maxMinutes),
      seconds: [...seconds, { at, online }].slice(-maxHistorySeconds),
    };
    // Memory cards wear out, and disks never sleep, if an idle server writes every second.
    const isDue = !isIdle || isMinuteOver;
    this.#save({ isDue, withSeconds: isIdle || this.#unwritten.seconds.length >= secondsPerWrite });
    return { online, browsers, visits, peak, visitorSeconds, at };
  }

  async recentSeconds(): Promise<Second[]> {
    const now = this.now();
    const after = now - maxHistorySeconds * tickMs;
    const written = this.#database.content?.readSeconds(after, now) ?? [];
    return [...written, ...this.#unwritten.seconds.filter(({ at }) => at > after && at <= now)];
  }

  async past(resolution: Resolution): Promise<Past | undefined> {
    // Not the newest in the file: a clock that was wrong once may have left minutes in the future.
    const newest = minuteOf(this.now());
    const entries = await readByDay(resolution, newest, (after, until) => {
      const unwritten = this.#unwritten.minutes.filter(({ at }) => at > after && at <= until);
      return [...(this.#database.content?.readMinutes(after, until) ?? []), ...unwritten];
    });
    const { peak, peakAt } = this.#unwritten.totals;
    return entries && { peak: { online: peak, at: peakAt }, entries: entries.map(settleMinute) };
  }

  trouble(): string | undefined {
    return this.#trouble;
  }

  async close(): Promise<void> {
    if (this.#trouble !== undefined || this.#database.state().name === 'intact') this.#save();
    // Whatever keeps the file from being opened again, nothing is lost if it is there and everything is in it.
    const isThere = ['intact', 'unreachable'].includes(this.#database.state().name);
    if (isThere && this.#unwritten.minutes.length === 0) this.#trouble = undefined;
    try {
      this.#database.close();
    } catch {
      // A file of another program that cannot be moved aside stays open until the process ends.
    }
  }

  /** All totals and minutes. */
  export(): Totals {
    const minutes = this.#database.content?.readMinutes() ?? [];
    return { ...this.#unwritten.totals, minutes: minutes.map(settleMinute) };
  }

  /**
   * Imports the totals of another store or counter.
   *
   * @returns false if this store has totals of its own, which it keeps
   */
  import({ minutes, ...totals }: Totals): boolean {
    const { visits, visitorSeconds, peak } = this.#unwritten.totals;
    if (visits + visitorSeconds + peak > 0) return false;
    this.#database.write({ totals, minutes, seconds: [] });
    this.#before = totals;
    this.#unwritten = { ...this.#unwritten, totals };
    return true;
  }

  /**
   * Writes the totals and minutes.
   *
   * @param options - with `isDue` false only if the files need a repair; with `withSeconds` the seconds too
   */
  #save({ isDue = true, withSeconds = true } = {}): void {
    let trouble: string | undefined;
    try {
      const state = this.#database.state();
      if (!isDue && state.name === 'intact' && this.#trouble === undefined) return;
      const isWritable = this.#prepareFile(state);
      if (isWritable) {
        const { totals, seconds } = this.#unwritten;
        this.#database.write(withSeconds ? this.#unwritten : { ...this.#unwritten, seconds: [] });
        this.#unwritten = { totals, minutes: [], seconds: withSeconds ? [] : seconds };
      }
      const isCreated = isWritable && state.name === 'missing';
      if (!isCreated) trouble = explainFileState(state, sqlitePath(this.#dataDir));
    } catch (error) {
      trouble = this.#isMissing
        ? explainFailedCreation(sqlitePath(this.#dataDir), error)
        : `The totals cannot be written to ${nameOf('DATA_DIR')}: ${messageOf(error)}. They are kept in memory until writing works again.`;
    }
    this.#trouble = trouble && trouble + adviseLocalDisk(this.#dataDir);
  }

  /** Repairs the files if possible. Returns whether the database may be written to. */
  #prepareFile(state: FileState): boolean {
    const wasMissing = this.#isMissing;
    this.#isMissing = state.name === 'missing';
    switch (state.name) {
      case 'intact':
      case 'unreachable':
        return true;
      case 'log missing':
        this.#database.renewLog();
        return true;
      case 'missing':
        // A folder that is moved away and back at once is not created in between.
        if (wasMissing) this.#database = this.#database.createAgain(this.#unwritten.totals);
        return wasMissing;
      case 'replaced':
        this.#database.removeLog();
        return false;
      default:
        return state.name satisfies never;
    }
  }
}
