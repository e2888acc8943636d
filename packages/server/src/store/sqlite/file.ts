import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { sqlite } from '../../check-node.ts';
import { nameOf } from '../../config/name-of.ts';
import { StoreError } from '../store.ts';
import { explainDamagedFile, explainForeignFile, explainLoneLog, isAboutFile, toStoreError } from './explain-error.ts';

/** Marks a SQLite file as ours: "LVis" (SQLite, PRAGMA application_id). */
const applicationId = 0x4c_56_69_73;

/** The size of the smallest page that a database can consist of (https://sqlite.org/fileformat.html). */
const minFileBytes = 512;

/** The file stores it. A later version of this program reads the files of this one, not the other way round. */
const schemaVersion = 2;

const schema = `
  CREATE TABLE IF NOT EXISTS totals (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    visits INTEGER NOT NULL,
    visitorSeconds INTEGER NOT NULL,
    peak INTEGER NOT NULL,
    peakAt INTEGER NOT NULL
  ) STRICT;
  INSERT OR IGNORE INTO totals VALUES (1, 0, 0, 0, 0);
  CREATE TABLE IF NOT EXISTS minutes (
    at INTEGER PRIMARY KEY,
    lowest INTEGER NOT NULL,
    highest INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    ticks INTEGER NOT NULL,
    visits INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS seconds (
    slot INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    online INTEGER NOT NULL
  ) STRICT;`;

export function sqlitePath(dataDir: string): string {
  return join(dataDir, 'live-visitors.db');
}

/** Where SQLite keeps the write-ahead log of a database file. */
export function logPathOf(path: string): string {
  return `${path}-wal`;
}

/**
 * Creates a folder, and those that it is in. With `recursive`, Node tries for ever where a folder cannot be created in one
 * that exists and the system reports ENOENT, for example in `/proc` and in the folders of an automounter.
 */
export function createFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path && !existsSync(parent)) createFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!exists || !statSync(path).isDirectory()) throw error;
  }
}

/**
 * Opens the database file of a folder. Both are created if missing. While it is open, no other process can open it.
 *
 * @throws StoreInUseError while another process has it open, and StoreError if it cannot be opened. A file that is not
 * ours, or from a newer version, is not changed
 */
export function openSqliteFile(dataDir: string): DatabaseSync {
  const path = sqlitePath(dataDir);
  let database: DatabaseSync | undefined;
  try {
    createFolder(dataDir);
    // SQLite would not say which file may not be written to, and would report problems with locks.
    for (const file of [path, logPathOf(path)].filter(existsSync)) accessSync(file, constants.R_OK | constants.W_OK);
    checkWithLog(path);
    // Another process holds the file for as long as it runs, so there is no point in waiting here.
    database = new sqlite.DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    check(database, path);
    prepareFile(database);
    // From `checkWithLog`. Nobody else can have it open now.
    rmSync(`${path}-shm`, { force: true });
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof StoreError ? error : toStoreError(error, path, dataDir);
  }
}

/**
 * Checks a file that was not closed, before it is opened for writing: to close it again, SQLite would copy its log into it
 * and delete the log, even of a damaged file or another program's. It deletes the log of an empty file when it opens it.
 */
function checkWithLog(path: string): void {
  const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeOf(logPathOf(path)) === 0) return;
  if (sizeOf(path) < minFileBytes) throw new StoreError(explainLoneLog(path));
  const reader = new sqlite.DatabaseSync(path, { readOnly: true, timeout: 0 });
  try {
    check(reader, path);
  } catch (error) {
    // What only a reader needs, such as shared memory, is missing on some file systems.
    if (error instanceof StoreError || isAboutFile(error)) throw error;
  } finally {
    reader.close();
  }
}

/** @throws StoreError if the file is damaged, not ours, or from a newer version */
function check(database: DatabaseSync, path: string): void {
  const isNew = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count === 0;
  if (!isNew && readPragma(database, 'application_id') !== applicationId)
    throw new StoreError(explainForeignFile(path));
  if (Number(readPragma(database, 'user_version')) > schemaVersion) {
    throw new StoreError(
      `${path} was written by a newer version of this program and was not changed. Run that version, or set ${nameOf('DATA_DIR')} to another folder.`,
    );
  }
  if (readPragma(database, 'quick_check') !== 'ok') throw new StoreError(explainDamagedFile(path));
}

function prepareFile(database: DatabaseSync): void {
  // Waits for the disk at checkpoints only: a crash of the machine may cost the last ticks, but never the file. A crash of
  // this process costs nothing that was committed. Checkpoints are explicit, so that a commit never writes to the file
  // itself, and every other change to it is by another program.
  database.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;
    BEGIN IMMEDIATE;
    ${schema}
    PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion};
    COMMIT`);
  // This raises the change counter in the header, so that the file differs from every backup of it.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

function readPragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}
