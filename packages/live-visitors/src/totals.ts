#!/usr/bin/env node
// The command `live-visitors-totals`: exports and imports the totals while the server is stopped.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, parseTotals, SqliteStore, sqlitePath } from '../../server/src/internal.ts';
import { fail } from './fail.ts';
import { configureOrFail } from './start-up.ts';

const usage = `Usage: live-visitors-totals export FILE   writes the totals in DATA_DIR to a new file, as JSON
       live-visitors-totals import FILE   reads them into an empty DATA_DIR

A file needs only "visits", "visitorSeconds" and "peak": { "visits": 41, "visitorSeconds": 5310, "peak": 9 }`;

const [command, file, ...rest] = process.argv.slice(2);
if ((command !== 'export' && command !== 'import') || file === undefined || rest.length > 0) fail(usage);
// The other variables are for the server only: a wrong one must not stop this command.
const { DATA_DIR, REDIS_URL } = process.env;
const { dataDir, redisUrl } = configureOrFail({ DATA_DIR, REDIS_URL });
if (redisUrl !== undefined)
  fail('REDIS_URL is set, so the totals are in Redis. Unset it to export or import those in DATA_DIR.');
const path = resolve(file);

const run = command === 'export' ? exportTotals : importTotals;
await run().catch((error) => fail(messageOf(error)));

async function exportTotals(): Promise<void> {
  if (!existsSync(sqlitePath(dataDir))) {
    fail(
      `There are no totals in ${resolve(dataDir)}. Set DATA_DIR to the folder in which the server stores its totals.`,
    );
  }
  if (existsSync(path)) fail(`${path} exists and was not changed. Name a new file.`);
  const store = new SqliteStore({ dataDir, now: Date.now });
  writeFileSync(path, `${JSON.stringify(store.export(), undefined, 2)}\n`, { flag: 'wx' });
  await store.close();
  console.log(`Written to ${path}`);
}

async function importTotals(): Promise<void> {
  if (!existsSync(path)) fail(`There is no file ${path}.`);
  const result = parseTotals(readFileSync(path), Date.now());
  if (!result.ok) fail(`${path} contains no totals. ${result.problem}`);
  const store = new SqliteStore({ dataDir, now: Date.now });
  if (!store.import(result.totals)) {
    fail(`There are totals in ${resolve(dataDir)} already, which were not changed. Set DATA_DIR to a new folder.`);
  }
  await store.close();
  console.log(`Imported from ${path}`);
}
