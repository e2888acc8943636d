import { closeSync, existsSync, mkdirSync, openSync, realpathSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { NameOf } from '../../config/name-of.ts';
import type { Minute } from '../../history/minutes.ts';
import type { Totals } from '../totals-file.ts';
import { openSqliteFile, sqlitePath } from './file.ts';
import { checkSqliteFile, type FileState, logPathOf, type SqliteFileCheck } from './file-check.ts';
import { prepareQueries, type SqliteQueries } from './queries.ts';

/** How long the write-ahead log may grow before it is copied into the file: 1000 pages, as is SQLite's own default. */
const maxLogBytes = 1000 * 4096;

/** An open database file that notices when somebody else deletes, replaces or overwrites it. */
export class SqliteDatabase {
  readonly #path: string;
  /** Without links, which may lead elsewhere by now: where SQLite looks whether the file has moved. */
  readonly #realPath: string;
  readonly #database: DatabaseSync;
  readonly #check: SqliteFileCheck;
  readonly #queries: SqliteQueries;
  #logBytes: number;
  #isOpen = true;

  /**
   * Opens the database of a folder. Both are created where they are missing.
   *
   * @throws StoreError where it cannot be opened
   */
  constructor(dataDir: string, nameOf: NameOf) {
    this.#path = sqlitePath(dataDir);
    this.#database = openSqliteFile(dataDir, nameOf);
    this.#realPath = realpathSync(this.#path);
    this.#check = checkSqliteFile(this.#path);
    this.#queries = prepareQueries(this.#database);
    this.#logBytes = this.#check.noteLog();
  }

  /**
   * Creates the database of a folder anew, with these figures. Leaves no file behind where that fails.
   *
   * @throws where there is a file already, or it cannot be created
   */
  static create(dataDir: string, nameOf: NameOf, totals: Omit<Totals, 'minutes'>, minutes: Minute[]): SqliteDatabase {
    const path = sqlitePath(dataDir);
    mkdirSync(dataDir, { recursive: true });
    // Fails where there is a file by now. SQLite would open it.
    closeSync(openSync(path, 'wx'));
    let created: SqliteDatabase | undefined;
    try {
      created = new SqliteDatabase(dataDir, nameOf);
      created.write(totals, minutes);
      return created;
    } catch (error) {
      rmSync(path, { force: true });
      created?.close();
      rmSync(logPathOf(path), { force: true });
      throw error;
    }
  }

  /** What has become of its files. Once it is closed, any file at their paths is somebody else's. */
  state(): FileState {
    if (this.#isOpen) return this.#check.state();
    const isTaken = existsSync(this.#path) || existsSync(logPathOf(this.#path));
    return { name: isTaken ? 'replaced' : 'missing' };
  }

  readTotals(): Omit<Totals, 'minutes'> {
    return this.#queries.readTotals();
  }

  readMinutes(): Minute[] {
    return this.#isReadable() ? this.#queries.readMinutes() : [];
  }

  /** Those that began after the one time, up to the other. */
  readMinutesBetween(after: number, until: number): Minute[] {
    return this.#isReadable() ? this.#queries.readMinutesBetween(after, until) : [];
  }

  /** Replaces the totals and adds to the minutes, in one transaction. */
  write(totals: Omit<Totals, 'minutes'>, added: Iterable<Minute>): void {
    if (this.#logBytes >= maxLogBytes) this.#checkpoint();
    try {
      this.#queries.write(totals, added);
    } finally {
      this.#logBytes = this.#check.noteLog();
    }
  }

  /** Begins a new log after somebody has removed the old one. SQLite has that one still open, and loses nothing. */
  renewLog(): void {
    try {
      this.#database.exec('PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL');
    } finally {
      this.#check.noteFile();
    }
    this.#check.forgetLog();
  }

  /**
   * Removes our log from beside a file that is not ours, onto which SQLite would replay it. What is in it is copied into
   * our own file first, which may still exist under another name.
   */
  removeLog(): void {
    if (!this.#isOpen) return;
    if (this.#logBytes > 0 && this.state().name !== 'overwritten') {
      try {
        this.#checkpoint();
      } catch {
        // The log stays open, and another attempt follows.
      }
    }
    if (this.#check.hasOwnLog()) rmSync(logPathOf(this.#path));
  }

  /** Closes the database. What somebody else has put at its paths stays as it is. */
  close(): void {
    if (!this.#isOpen) return;
    const { name } = this.state();
    if (name === 'replaced' || name === 'overwritten') this.#closeUnwritten();
    else this.#database.close();
    this.#isOpen = false;
    this.#check.close();
  }

  /**
   * As it closes, SQLite copies its log into the file, and deletes whatever log there is. It does neither while the file
   * is not at its path (SQLITE_FCNTL_HAS_MOVED), so the file is moved aside for that moment.
   */
  #closeUnwritten(): void {
    this.removeLog();
    const aside = `${this.#realPath}.aside`;
    const isOurs = this.#check.isAt(this.#realPath);
    if (isOurs) renameSync(this.#realPath, aside);
    try {
      this.#database.close();
    } finally {
      if (isOurs) renameSync(aside, this.#realPath);
    }
  }

  #isReadable(): boolean {
    return this.#isOpen && this.state().name !== 'overwritten';
  }

  #checkpoint(): void {
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      this.#logBytes = 0;
    } finally {
      this.#check.noteFile();
      this.#check.noteLog();
    }
  }
}
