import { accessSync, constants, existsSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StoreInUseError } from '../store.ts';
import { explainSecondInstance, toStoreError } from './explain-error.ts';
import { createFolder, logPathOf, openSqliteFile, sqlitePath } from './file.ts';
import { type FileState, OpenFile } from './open-file.ts';
import { type Entry, prepareQueries, type Queries } from './queries.ts';

/** How large the write-ahead log may grow before it is copied into the file: 1000 pages, which is SQLite's default. */
const maxLogBytes = 1000 * 4096;

/** The first bytes of a log are different for each: SQLite puts random numbers there. */
const logHeaderBytes = 32;

/**
 * An open database file that notices when another program deletes, replaces or overwrites it. It writes to the file at
 * checkpoints only, and truncates the log at each, so that every other change is by another program.
 */
export class SqliteDatabase {
  /** All that are open in this process. */
  static readonly #open = new Set<SqliteDatabase>();
  readonly #dataDir: string;
  readonly #path: string;
  /** The path without links. At this path, SQLite checks whether the file has moved. */
  readonly #realPath: string;
  readonly #database: DatabaseSync;
  readonly #queries: Queries;
  /** The totals that it had when it was opened. */
  readonly totals: Entry['totals'];
  readonly #file: OpenFile;
  /** `undefined` until SQLite has created it. */
  #log: OpenFile | undefined;

  /**
   * Opens the database of a folder. Both are created if missing.
   *
   * @throws StoreError if it cannot be opened
   */
  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#path = sqlitePath(dataDir);
    try {
      this.#database = openSqliteFile(dataDir);
    } catch (error) {
      const isOpenHere = () => [...SqliteDatabase.#open].some((other) => other.#file.isAt(this.#path));
      throw error instanceof StoreInUseError && isOpenHere() ? explainSecondInstance(this.#path, error) : error;
    }
    try {
      this.#realPath = realpathSync(this.#path);
      this.#queries = prepareQueries(this.#database);
      this.totals = this.#queries.readTotals();
      this.#file = new OpenFile(this.#path);
    } catch (error) {
      this.#database.close();
      throw toStoreError(error, this.#path, dataDir);
    }
    SqliteDatabase.#open.add(this);
    this.#noteLog();
  }

  /** What has become of its files. */
  state(): FileState {
    const logPath = logPathOf(this.#path);
    try {
      const isOurFile = this.#file.isIntactAt(this.#path);
      const isOurLog = this.#log === undefined && existsSync(logPath) ? false : this.#log?.isIntactAt(logPath);
      if (isOurFile === false || isOurLog === false) return { name: 'replaced' };
      if (isOurFile === undefined) return { name: 'missing' };
      if (isOurLog === undefined) return { name: 'log missing' };
      accessSync(this.#path, constants.R_OK | constants.W_OK);
      accessSync(logPath, constants.R_OK | constants.W_OK);
      accessSync(this.#dataDir, constants.W_OK | constants.X_OK);
      return { name: 'intact' };
    } catch (error) {
      return { name: 'unreachable', error };
    }
  }

  /** How to read it; `undefined` if another program has overwritten it. */
  get content(): Pick<Queries, 'readMinutes' | 'readSeconds'> | undefined {
    return this.#file.isUnchanged() && this.#log?.isUnchanged() !== false ? this.#queries : undefined;
  }

  /** Writes an entry in one transaction. */
  write(entry: Entry): void {
    if ((this.#log?.size ?? 0) >= maxLogBytes) this.#checkpoint();
    try {
      this.#queries.write(entry);
    } catch (error) {
      if (!this.#log?.size) throw error;
      // If the disk is full, the space of the log can be used again.
      this.#checkpoint();
      this.#queries.write(entry);
    } finally {
      this.#noteLog();
    }
  }

  /**
   * Creates the file again after it was deleted or moved: with these totals, and with the history if it can be read.
   * Closes this one. Leaves no file behind if that fails.
   *
   * @throws if a file exists already, or cannot be created
   */
  createAgain(totals: Entry['totals']): SqliteDatabase {
    createFolder(this.#dataDir);
    // Fails if a file exists by now. SQLite would open it.
    writeFileSync(this.#path, '', { flag: 'wx' });
    // Of the deleted file. This process still has it open.
    rmSync(logPathOf(this.#path), { force: true });
    let created: SqliteDatabase | undefined;
    try {
      created = new SqliteDatabase(this.#dataDir);
      created.write({ totals, ...this.#readHistory() });
    } catch (error) {
      rmSync(this.#path, { force: true });
      created?.close();
      rmSync(logPathOf(this.#path), { force: true });
      throw error;
    }
    this.close();
    return created;
  }

  /** Begins a new log after the old one was deleted. SQLite still has that one open, and loses nothing. */
  renewLog(): void {
    try {
      this.#database.exec('PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL');
    } finally {
      this.#file.note();
    }
    // The next write creates another one.
    this.#log?.close();
    this.#log = undefined;
  }

  /**
   * Removes our log from beside a file that is not ours, because SQLite would replay it onto that file. Its contents are
   * first copied into our own file, which may still exist under another name.
   */
  removeLog(): void {
    if (this.#log?.size && this.content) {
      try {
        this.#checkpoint();
      } catch {
        // The log stays open, and this is tried again.
      }
    }
    if (this.#log?.isIntactAt(logPathOf(this.#path))) rmSync(logPathOf(this.#path));
  }

  /** Closes the database. Files that another program has put at its paths are not changed. */
  close(): void {
    if (!SqliteDatabase.#open.delete(this)) return;
    const isReplaced = this.state().name === 'replaced';
    if (isReplaced) this.removeLog();
    // When SQLite closes a database it copies its log into the file, and deletes any log at its path. It does neither while
    // the file is not at its path (SQLITE_FCNTL_HAS_MOVED), so the file is moved aside for that moment.
    const aside = `${this.#realPath}.aside`;
    const isMoved = isReplaced && this.#file.isAt(this.#realPath);
    if (isMoved) renameSync(this.#realPath, aside);
    try {
      this.#database.close();
    } finally {
      if (isMoved) renameSync(aside, this.#realPath);
    }
    this.#log?.close();
    this.#file.close();
  }

  #readHistory(): Pick<Entry, 'minutes' | 'seconds'> {
    try {
      return { minutes: this.content?.readMinutes() ?? [], seconds: this.content?.readSeconds() ?? [] };
    } catch {
      // The disk of the file may be gone.
      return { minutes: [], seconds: [] };
    }
  }

  #checkpoint(): void {
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      this.#file.note();
      this.#noteLog();
    }
  }

  /** Call it after the database has written to the log. */
  #noteLog(): void {
    try {
      this.#log ??= new OpenFile(logPathOf(this.#path), logHeaderBytes);
      this.#log.note();
    } catch {
      // It does not exist yet, or was just deleted.
    }
  }
}
