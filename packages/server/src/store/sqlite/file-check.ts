import { hash } from 'node:crypto';
import { accessSync, type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** What has become of an open database file and of its write-ahead log. */
export type FileState =
  | { name: 'intact' | 'missing' | 'log missing' | 'replaced' | 'overwritten' }
  /** The files can still be written to, as they are open, but they could not be opened again. */
  | { name: 'unreachable'; error: unknown };

export type SqliteFileCheck = ReturnType<typeof checkSqliteFile>;

/**
 * Watches the files of an open database. SQLite itself does not notice when they are deleted, replaced or overwritten
 * (https://sqlite.org/howtocorrupt.html).
 *
 * Files are told apart by their inodes, so the file system must have stable inode numbers. A file that was overwritten
 * in place keeps its inode. It is recognized by its size, or by its contents where the modification time has changed; the
 * log by its size and header. For this, the database must write to the file itself at checkpoints only, and truncate the
 * log at each.
 *
 * It must be called after SQLite has opened the file, and closed after SQLite has closed it: a process that closes any
 * descriptor of a file loses all of its locks on that file.
 */
export function checkSqliteFile(path: string) {
  const logPath = logPathOf(path);
  const descriptor = openSync(path, 'r');
  let file = fstatSync(descriptor, { bigint: true });
  let digest = digestFile();
  /** A descriptor of the log, once there is one, and what it was like after our last write. */
  let log: number | undefined;
  let noted = { size: 0n, header: '' };
  noteLog();

  function digestFile(): string {
    const bytes = Buffer.alloc(Number(file.size));
    readSync(descriptor, bytes, 0, bytes.length, 0);
    return hash('sha256', bytes);
  }

  /** A changed modification time alone is no proof: `touch` and some network file systems change it as well. */
  function isOverwritten(): boolean {
    const found = fstatSync(descriptor, { bigint: true });
    if (found.size !== file.size) return true;
    if (found.mtimeNs !== file.mtimeNs) {
      if (digestFile() !== digest) return true;
      file = found;
    }
    return false;
  }

  /** Takes note of what the database has written to the log. Never throws: what was written is written. */
  function noteLog(): number {
    try {
      log ??= openSync(logPath, 'r');
      noted = { size: fstatSync(log, { bigint: true }).size, header: readHeader(log) };
    } catch {
      // There is none yet, or it has just been deleted.
    }
    return Number(noted.size);
  }

  function forgetLog(): void {
    if (log !== undefined) closeSync(log);
    log = undefined;
  }

  /** The log that is open. It is ours for as long as nobody else has written to it. */
  function findOwnLog() {
    if (log === undefined) return undefined;
    const stats = fstatSync(log, { bigint: true });
    return { stats, isOurs: stats.size === noted.size && readHeader(log) === noted.header };
  }

  return {
    state(): FileState {
      const own = findOwnLog();
      if (isOverwritten() || own?.isOurs === false) return { name: 'overwritten' };
      try {
        const foundFile = find(path);
        const foundLog = find(logPath);
        if (isAnother(foundFile, file) || isAnother(foundLog, own?.stats)) return { name: 'replaced' };
        if (foundFile === undefined) return { name: 'missing' };
        if (foundLog === undefined) return { name: 'log missing' };
        accessSync(path, constants.R_OK | constants.W_OK);
        accessSync(logPath, constants.R_OK | constants.W_OK);
        accessSync(dirname(path), constants.W_OK | constants.X_OK);
        return { name: 'intact' };
      } catch (error) {
        return { name: 'unreachable', error };
      }
    },

    /** Whether the file that a path leads to is the one that is open. */
    isAt: (otherPath: string): boolean => isSame(find(otherPath), file),

    /** Whether the log beside the path is the one that is open, and nobody else has written to it. */
    hasOwnLog(): boolean {
      const own = findOwnLog();
      return own?.isOurs === true && isSame(find(logPath), own.stats);
    },

    /** Takes note of what the database has written to the file, at a checkpoint. */
    noteFile(): void {
      file = fstatSync(descriptor, { bigint: true });
      digest = digestFile();
    },

    noteLog,

    /** The next write creates another log. */
    forgetLog,

    close(): void {
      forgetLog();
      closeSync(descriptor);
    },
  };
}

/** Where SQLite keeps the write-ahead log of a database file. */
export function logPathOf(path: string): string {
  return `${path}-wal`;
}

/** The first bytes of a log, which are never the same twice: SQLite puts random numbers there when it begins a new one. */
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
