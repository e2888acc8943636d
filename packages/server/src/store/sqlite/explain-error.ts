import { nameOf } from '../../config/name-of.ts';
import { messageOf } from '../../observability/message-of.ts';
import { StoreError, StoreInUseError } from '../store.ts';
import type { FileState } from './file-check.ts';
import { adviseLocalDisk } from './network-file-system.ts';

/** Explains an error of SQLite, or of the file system, that keeps a database from being opened. */
export function toStoreError(cause: unknown, path: string, dataDir: string): StoreError {
  const advice = adviseLocalDisk(dataDir);
  // https://sqlite.org/rescode.html: BUSY, CORRUPT and NOTADB
  switch (resultCodeOf(cause) & 0xff) {
    case 5:
      return new StoreInUseError(explainFileInUse(path) + advice, { cause });
    case 11:
      return new StoreError(explainDamagedFile(path), { cause });
    case 26:
      return new StoreError(explainForeignFile(path), { cause });
    default:
      return new StoreError(explainUnusableFolder(cause, dataDir) + advice, { cause });
  }
}

export function explainDamagedFile(path: string): string {
  return `${path} is damaged and was not changed. Restore a backup, or set ${nameOf('DATA_DIR')} to another folder.`;
}

export function explainForeignFile(path: string): string {
  return `${path} was not created by this program and was not changed. Set ${nameOf('DATA_DIR')} to another folder.`;
}

function explainFileInUse(path: string): string {
  return `${path} is in use by another process. Stop that process, or give each process its own ${nameOf('DATA_DIR')}. If your platform starts a new version before it stops the old one, set it to stop the old one first. To have several servers count as one, set ${nameOf('REDIS_URL')}.`;
}

function explainUnusableFolder(error: unknown, dataDir: string): string {
  const name = nameOf('DATA_DIR');
  const remedy = lockErrors.includes(resultCodeOf(error))
    ? 'a folder on a local disk: this file system does not support the file locks that SQLite needs'
    : 'a writable folder with free space';
  return `The totals cannot be stored in ${JSON.stringify(dataDir)} (${name}): ${messageOf(error)}. Set ${name} to ${remedy}.`;
}

/** SQLITE_PROTOCOL, and SQLITE_IOERR_ with UNLOCK, RDLOCK, CHECKRESERVEDLOCK, LOCK, SHMOPEN, SHMSIZE, SHMLOCK, SHMMAP. */
const lockErrors = [15, 2058, 2314, 3594, 3850, 4618, 4874, 5130, 5386];

/** The extended result code of SQLite; 0 for errors of another kind. */
function resultCodeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}

/** What to tell the operator about files that somebody else has changed; `undefined` if nobody has. */
export function explainFileState(state: FileState, path: string): string | undefined {
  switch (state.name) {
    case 'intact':
      return undefined;
    case 'missing':
      return `${path} was deleted or moved while the server was running. The totals are in memory, and the server creates the file again within seconds. Stop the server before you restore a backup.`;
    case 'log missing':
      return `${path}-wal was deleted while the server runs, and has been created again. Nothing is lost. The file belongs to the database: leave it in place.`;
    case 'replaced':
    case 'overwritten':
      return `${path} or its -wal file has been replaced or overwritten while the server runs. The files there now are not changed, and the totals are kept in memory. To restore a backup: stop the server, put the backup in place again, start the server. To keep these totals instead: move the files away, and the server creates them again.`;
    case 'unreachable':
      return `${path} is still written to, but could not be opened again: ${messageOf(state.error)}. Let the user of this process read and write the file and its folder before you restart the server.`;
    default:
      return state satisfies never;
  }
}

/** A file that was deleted cannot be created again. */
export function explainFailedCreation(path: string, error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return `${path} was deleted or moved while the server was running, and cannot be created again: ${messageOf(cause)}. The totals are kept in memory, and the server retries every second. Do not stop it until that succeeds.`;
}
