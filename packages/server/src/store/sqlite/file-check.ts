import { hash } from 'node:crypto';
import { accessSync, type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** What has become of an open database file and its write-ahead log. */
export type FileState =
  | { name: 'intact' | 'missing' | 'log missing' | 'replaced' | 'overwritten' }
  /** The files are open and can be written to, but they could not be opened again. */
  | { name: 'unreachable'; error: unknown };

/**
 * Watches the files of an open database. SQLite itself does not notice when they are deleted, replaced or overwritten
 * (https://sqlite.org/howtocorrupt.html).
 *
 * Files are told apart by their inodes, so the file system must have stable inode numbers. A file that was overwritten in
 * place keeps its inode. The database file is then recognized by its size, or by its contents if its modification time has
 * changed; the log by its size and header. So the database must write to the file at checkpoints only, and truncate the
 * log at each.
 *
 * Create it after SQLite has opened the file, and close it after SQLite has closed the file: a process that closes any
 * descriptor of a file loses all its locks on that file.
 */
export class SqliteFileCheck {
  readonly #path: string;
  readonly #descriptor: number;
  #file: BigIntStats;
  #digest: string;
  /** A descriptor of the log, once it exists, and what the log was like after our last write. */
  #log: number | undefined;
  #notedLog = { size: 0n, header: '' };

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    this.#file = fstatSync(this.#descriptor, { bigint: true });
    this.#digest = this.#digestFile();
    this.noteLog();
  }

  state(): FileState {
    const ownLog = this.#findOwnLog();
    if (this.#isOverwritten() || ownLog?.isOurs === false) return { name: 'overwritten' };
    try {
      const logPath = logPathOf(this.#path);
      const file = find(this.#path);
      const log = find(logPath);
      if (isAnother(file, this.#file) || isAnother(log, ownLog?.stats)) return { name: 'replaced' };
      if (file === undefined) return { name: 'missing' };
      if (log === undefined) return { name: 'log missing' };
      accessSync(this.#path, constants.R_OK | constants.W_OK);
      accessSync(logPath, constants.R_OK | constants.W_OK);
      accessSync(dirname(this.#path), constants.W_OK | constants.X_OK);
      return { name: 'intact' };
    } catch (error) {
      return { name: 'unreachable', error };
    }
  }

  /** Whether a path leads to the file that is open. */
  isAt(path: string): boolean {
    return isSame(find(path), this.#file);
  }

  /** Whether the log beside the file is the one that is open, and nobody else has written to it. */
  hasOwnLog(): boolean {
    const own = this.#findOwnLog();
    return own?.isOurs === true && isSame(find(logPathOf(this.#path)), own.stats);
  }

  /** Call it after the database has written to the file, at a checkpoint. */
  noteFile(): void {
    this.#file = fstatSync(this.#descriptor, { bigint: true });
    this.#digest = this.#digestFile();
  }

  /** Call it after the database has written to the log. Never throws. Returns the size of the log in bytes. */
  noteLog(): number {
    try {
      this.#log ??= openSync(logPathOf(this.#path), 'r');
      this.#notedLog = { size: fstatSync(this.#log, { bigint: true }).size, header: readHeader(this.#log) };
    } catch {
      // It does not exist yet, or was just deleted.
    }
    return Number(this.#notedLog.size);
  }

  /** Call it when the next write creates another log. */
  forgetLog(): void {
    if (this.#log !== undefined) closeSync(this.#log);
    this.#log = undefined;
  }

  close(): void {
    this.forgetLog();
    closeSync(this.#descriptor);
  }

  #digestFile(): string {
    const bytes = Buffer.alloc(Number(this.#file.size));
    readSync(this.#descriptor, bytes, 0, bytes.length, 0);
    return hash('sha256', bytes);
  }

  /** A changed modification time alone is no proof: `touch` and some network file systems change it as well. */
  #isOverwritten(): boolean {
    const found = fstatSync(this.#descriptor, { bigint: true });
    if (found.size !== this.#file.size) return true;
    if (found.mtimeNs === this.#file.mtimeNs) return false;
    if (this.#digestFile() !== this.#digest) return true;
    this.#file = found;
    return false;
  }

  /** The log that is open. It is ours as long as nobody else has written to it. */
  #findOwnLog() {
    if (this.#log === undefined) return undefined;
    const stats = fstatSync(this.#log, { bigint: true });
    return { stats, isOurs: stats.size === this.#notedLog.size && readHeader(this.#log) === this.#notedLog.header };
  }
}

/** Where SQLite keeps the write-ahead log of a database file. */
export function logPathOf(path: string): string {
  return `${path}-wal`;
}

/** The first bytes of a log, which are different for each: SQLite puts random numbers there. */
function readHeader(log: number): string {
  const bytes = Buffer.alloc(32);
  readSync(log, bytes, 0, bytes.length, 0);
  return bytes.toString('latin1');
}

function find(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}

function isSame(found: BigIntStats | undefined, own: BigIntStats | undefined): boolean {
  return found !== undefined && found.ino === own?.ino && found.dev === own.dev;
}

function isAnother(found: BigIntStats | undefined, own: BigIntStats | undefined): boolean {
  return found !== undefined && !isSame(found, own);
}
