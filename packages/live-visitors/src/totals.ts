#!/usr/bin/env node
// The command `live-visitors-totals`: exports and imports the totals while the server is stopped.
import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { getSystemErrorMessage } from 'node:util';
import { messageOf, parseTotals, SqliteStore, sqlitePath } from '../../server/src/internal.ts';
import { fail } from './fail.ts';
import { configureOrFail } from './start-up.ts';

const usage = `Usage: live-visitors-totals export FILE   writes the totals in DATA_DIR to a new file, as JSON
       live-visitors-totals import FILE   reads them into an empty DATA_DIR

A file needs only "visits", "visitorSeconds" and "peak": { "visits": 41, "visitorSeconds": 5310, "peak": 9 }`;

const [command, file, ...rest] = process.argv.slice(2);
if (process.argv.includes('--help')) {
  console.log(usage);
  process.exit(0);
}
if ((command !== 'export' && command !== 'import') || file === undefined || file.startsWith('-') || rest.length > 0)
  fail(usage);
// The other variables are for the server only: a wrong one must not stop this command.
const { DATA_DIR, REDIS_URL } = process.env;
const { dataDir, redisUrl } = configureOrFail({ DATA_DIR, REDIS_URL });
if (redisUrl !== undefined)
  fail('REDIS_URL is set, so the totals are in Redis. Unset it to export or import those in DATA_DIR.');
const path = resolve(file);

const run = command === 'export' ? exportTotals : importTotals;
await run().catch((error) => fail(explain(error)));

async function exportTotals(): Promise<void> {
  if (isMissing(sqlitePath(dataDir))) {
    fail(
      `There are no totals in ${resolve(dataDir)}. Set DATA_DIR to the folder in which the server stores its totals.`,
    );
  }
  const store = new SqliteStore({ dataDir, now: Date.now });
  const json = `${JSON.stringify(store.export(), undefined, 2)}\n`;
  await store.close();
  const newFile = openSync(path, 'wx');
  try {
    writeFileSync(newFile, json);
    // Some file systems report a full disk only here.
    closeSync(newFile);
  } catch (error) {
    // The next attempt would not replace it.
    rmSync(path);
    throw error;
  }
  console.log(`Written to ${path}`);
}

async function importTotals(): Promise<void> {
  const result = parseTotals(readFileSync(path), Date.now());
  if (!result.ok) fail(`${path} contains no totals. ${result.problem}`);
  const store = new SqliteStore({ dataDir, now: Date.now });
  if (!store.import(result.totals)) {
    fail(`There are totals in ${resolve(dataDir)} already, which were not changed. Set DATA_DIR to a new folder.`);
  }
  await store.close();
  console.log(`Imported from ${path}`);
}

/** `existsSync` also says so of a file that this user may not see. About that one, the store says what to do. */
function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** Says what is wrong with FILE. Errors of the store, which have no `errno`, say it themselves. */
function explain(error: NodeJS.ErrnoException): string {
  const { code, errno } = error;
  if (errno === undefined) return messageOf(error);
  if (code === 'EEXIST') return `${path} exists and was not changed. Name a new file.`;
  if (code === 'ENOENT' && command === 'import') return `There is no file ${path}.`;
  const action = command === 'import' ? 'read' : 'written';
  return `${path} cannot be ${action}: ${getSystemErrorMessage(errno)}. Solve this, or name another file.`;
}
