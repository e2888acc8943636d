import { statfsSync } from 'node:fs';
import { nameOf } from '../../config/name-of.ts';
import { messageOf } from '../../observability/message-of.ts';
import { StoreError, StoreInUseError } from '../store.ts';
import type { FileState } from './open-file.ts';

/** SQLITE_PROTOCOL, and SQLITE_IOERR_ with UNLOCK, RDLOCK, CHECKRESERVEDLOCK, LOCK, SHMOPEN, SHMSIZE, SHMLOCK, SHMMAP. */
const lockErrors = [15, 2058, 2314, 3594, 3850, 4618, 4874, 5130, 5386];

/** The extended result code (https://sqlite.org/rescode.html): BUSY, CORRUPT and NOTADB are 5, 11 and 26. */
function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}

/** Whether SQLite says that the file is locked, damaged or no database. */
export function isAboutFile(error: unknown): boolean {
  return [5, 11, 26].includes(codeOf(error) & 0xff);
}

/** Explains an error of SQLite, or of the file system, that keeps a database from being opened. */
export function toStoreError(cause: unknown, path: string, dataDir: string): StoreError {
  const advice = adviseLocalDisk(dataDir);
  const name = nameOf('DATA_DIR');
  const code = codeOf(cause);
  if ((code & 0xff) === 11) return new StoreError(explainDamagedFile(path), { cause });
  if ((code & 0xff) === 26) return new StoreError(explainForeignFile(path), { cause });
  if ((code & 0xff) === 5) {
    const sentence = `${path} is in use by another process. Stop that process, or give each process its own ${name}. If your platform starts a new version before it stops the old one, set it to stop the old one first. To have several servers count as one, set ${nameOf('REDIS_URL')}.`;
    return new StoreInUseError(sentence + advice, { cause });
  }
  const remedy = lockErrors.includes(code)
    ? 'a folder on a local disk: this file system does not support the file locks that SQLite needs'
    : 'a folder with free space, where the user of this process can write to all files';
  const sentence = `The totals cannot be stored in ${JSON.stringify(dataDir)} (${name}): ${messageOf(cause)}. Set ${name} to ${remedy}.`;
  return new StoreError(sentence + advice, { cause });
}

/** Two instances of the library in one process. */
export function explainSecondInstance(path: string, cause: StoreInUseError): StoreInUseError {
  const sentence = `${path} is already open in this process. Use one instance, or give each its own ${nameOf('DATA_DIR')}.`;
  return new StoreInUseError(sentence, { cause });
}

export function explainDamagedFile(path: string): string {
  return `${path} is damaged and was not changed. Restore a backup, or set ${nameOf('DATA_DIR')} to another folder.`;
}

export function explainLoneLog(path: string): string {
  return `${path} is missing or empty, but not ${path}-wal, which belongs to it and was not changed. Put the file back. To begin with new totals instead, move the -wal file away.`;
}

export function explainForeignFile(path: string): string {
  return `${path} was not created by this program and was not changed. Set ${nameOf('DATA_DIR')} to another folder.`;
}

/** What to tell the operator about files that somebody else has changed; `undefined` if nobody has. */
export function explainFileState({ name, error }: FileState, path: string): string | undefined {
  return {
    intact: undefined,
    missing: `${path} was deleted or moved while the server was running. The totals are in memory, and the server creates the file again within seconds. Stop the server before you restore a backup.`,
    'log missing': `${path}-wal was deleted while the server was running, and was created again. Nothing is lost. The file belongs to the database: leave it in place.`,
    replaced: `${path} or its -wal file was replaced or overwritten while the server was running. The files there now are not changed, and the totals are kept in memory. To restore a backup: stop the server, put the backup in place again, and start the server. To keep these totals instead: move the files away, and the server creates them again.`,
    unreachable: `${path} is still written to, but could not be opened again: ${messageOf(error)}. Let the user of this process read and write the file and its folder before you restart the server.`,
  }[name];
}

/** A file that was deleted cannot be created again. */
export function explainFailedCreation(path: string, error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return `${path} was deleted or moved while the server was running, and cannot be created again: ${messageOf(cause)}. The totals are kept in memory, and the server retries every second. Do not stop it until that succeeds.`;
}

/** The file systems on which SQLite's locks are not reliable, by their types on Linux (statfs(2)). */
const namesByType = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
]);

/**
 * What to add to a message about a failing SQLite file (https://sqlite.org/faq.html#q5): on a network file system a
 * sentence with a space before it, otherwise nothing.
 */
export function adviseLocalDisk(dataDir: string): string {
  const name = nameOf('DATA_DIR');
  try {
    const fileSystem = namesByType.get(statfsSync(dataDir).type);
    if (fileSystem === undefined) return '';
    return ` ${name} is on ${fileSystem}, where file locks are not reliable. Set ${name} to a folder on a local disk.`;
  } catch {
    return '';
  }
}
