import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { NameOf } from '../../config/name-of.ts';
import { messageOf } from '../../observability/message-of.ts';
import { StoreError, StoreInUseError } from '../store.ts';
import { adviseLocalDisk } from './network-file-system.ts';

/** Marks a SQLite file as a store of ours ("LVis"), which other programs may know it by (SQLite, PRAGMA application_id). */
const applicationId = 0x4c_56_69_73;

/** Each takes a file from one version of the schema to the next; the file says how many it has been through. */
const migrations = [
  `CREATE TABLE totals (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     visits INTEGER NOT NULL,
     visitorSeconds INTEGER NOT NULL,
     peak INTEGER NOT NULL,
     peakAt INTEGER NOT NULL
   ) STRICT;
   INSERT INTO totals VALUES (1, 0, 0, 0, 0);
   CREATE TABLE minutes (
     at INTEGER PRIMARY KEY,
     lowest INTEGER NOT NULL,
     highest INTEGER NOT NULL,
     sum INTEGER NOT NULL,
     ticks INTEGER NOT NULL,
     visits INTEGER NOT NULL
   ) STRICT;`,
];

/** Where the store of a folder is. */
export function sqlitePath(dataDir: string): string {
  return join(dataDir, 'live-visitors.db');
}

/**
 * Opens the store's file in a folder, both of which are made where they are missing. No other process can open it as
 * long as it is open.
 *
 * @throws StoreInUseError while another process has it open, and StoreError where it cannot be had. A file that is not
 * ours, or from a newer version, is left as it is
 */
export function openSqliteFile(dataDir: string, nameOf: NameOf): DatabaseSync {
  const path = sqlitePath(dataDir);
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dataDir, { recursive: true });
    // The file is either free or held for as long as another process runs. Whoever wants to wait for that tries again.
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    migrate(database, path, nameOf);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof StoreError ? error : toStoreError(error, dataDir, nameOf);
  }
}

function migrate(database: DatabaseSync, path: string, nameOf: NameOf): void {
  const version = Number(readPragma(database, 'user_version'));
  const isNew = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count === 0;
  if (!isNew && readPragma(database, 'application_id') !== applicationId) throw new StoreError(notOurs(path, nameOf));
  if (version > migrations.length) {
    throw new StoreError(
      `${path} was written by a newer version of this program. It has been left as it is. Run that version, or set ${nameOf('DATA_DIR')} to another folder.`,
    );
  }
  if (readPragma(database, 'quick_check') !== 'ok') throw new StoreError(damaged(path, nameOf));

  // Writes only what has changed, and waits for the disk at its checkpoints only. What was committed outlasts a crash of
  // this process; a crash of the whole machine may cost the last ticks, never the file. Checkpoints are made explicitly,
  // so that a commit never writes to the file itself: whatever changes it otherwise is another program.
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; BEGIN IMMEDIATE',
  );
  for (const migration of migrations.slice(version)) database.exec(migration);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`);
  // So that the file differs from every backup of it: this has raised the change counter in its header.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

function readPragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function toStoreError(error: unknown, dataDir: string, nameOf: NameOf): StoreError {
  const path = sqlitePath(dataDir);
  const options = { cause: error };
  switch (sqliteCodeOf(error)) {
    case 'BUSY':
      return new StoreInUseError(inUse(path, nameOf) + adviseLocalDisk(dataDir, nameOf), options);
    case 'NOTADB':
      return new StoreError(notOurs(path, nameOf), options);
    case 'CORRUPT':
      return new StoreError(damaged(path, nameOf), options);
    default:
      return new StoreError(unusable(error, dataDir, nameOf) + adviseLocalDisk(dataDir, nameOf), options);
  }
}

function inUse(path: string, nameOf: NameOf): string {
  return `${path} is in use by another process. Stop that process first. If your platform starts a new version before it stops the old one, set it to stop the old one first. To count with several processes as one, set ${nameOf('REDIS_URL')}; to count separately, set another ${nameOf('DATA_DIR')} for each.`;
}

function unusable(error: unknown, dataDir: string, nameOf: NameOf): string {
  const name = nameOf('DATA_DIR');
  const folder = isLockError(error)
    ? 'on a local disk: this file system does not support the file locks that SQLite needs'
    : 'that has room and that this process may write to';
  return `${name} is ${JSON.stringify(dataDir)}, where the totals cannot be kept: ${messageOf(error)}. Set ${name} to a folder ${folder}.`;
}

function damaged(path: string, nameOf: NameOf): string {
  return `${path} is damaged. It has been left as it is. Put a copy of it back, or set ${nameOf('DATA_DIR')} to another folder.`;
}

function notOurs(path: string, nameOf: NameOf): string {
  return `${path} is no file of this program. It has been left as it is. Set ${nameOf('DATA_DIR')} to another folder.`;
}

/** The name of the result code that SQLite gave (https://sqlite.org/rescode.html), where it is one that we tell apart. */
function sqliteCodeOf(error: unknown): 'BUSY' | 'CORRUPT' | 'NOTADB' | undefined {
  const code = resultCodeOf(error) & 0xff;
  if (code === 5) return 'BUSY';
  if (code === 11) return 'CORRUPT';
  return code === 26 ? 'NOTADB' : undefined;
}

/** SQLITE_PROTOCOL, and SQLITE_IOERR_ with UNLOCK, RDLOCK, CHECKRESERVEDLOCK, LOCK, SHMOPEN, SHMSIZE, SHMLOCK, SHMMAP. */
const lockErrors = [15, 2058, 2314, 3594, 3850, 4618, 4874, 5130, 5386];

/** Whether the system could not lock the file at all, as on some network file systems. */
function isLockError(error: unknown): boolean {
  return lockErrors.includes(resultCodeOf(error));
}

/** The extended result code that SQLite gave; 0 where the error is not SQLite's. */
function resultCodeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}
