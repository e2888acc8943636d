#!/usr/bin/env node
// Moves the totals: `totals export FILE` and `totals import FILE`, while the server is stopped.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from './command/fail.ts';
import { readConfig } from './config/config.ts';
import { openFilesLimit } from './config/open-files.ts';
import { messageOf } from './observability/message-of.ts';
import { sqlitePath } from './store/sqlite/file.ts';
import { SqliteStore } from './store/sqlite/sqlite-store.ts';
import { parseTotals } from './store/totals-file.ts';

const usage = `Usage: totals export FILE   writes all that the store in DATA_DIR holds to a new file, as JSON
       totals import FILE   takes it into a store that is still empty

"visits", "visitorSeconds" and "peak" are all that a file must have: { "visits": 41, "visitorSeconds": 5310, "peak": 9 }`;

const [command, file, ...rest] = process.argv.slice(2);
if ((command !== 'export' && command !== 'import') || file === undefined || rest.length > 0) fail(usage);
// All others are the server's alone: one that is wrong there is no matter here.
const { DATA_DIR, REDIS_URL } = process.env;
const config = readConfig({ DATA_DIR, REDIS_URL }, openFilesLimit());
if (!config.ok) fail(config.problems.join('\n'));
const { dataDir, redisUrl } = config.config;
if (redisUrl !== undefined) fail('REDIS_URL is set: the totals are in Redis. Unset it to move those in DATA_DIR.');
const path = resolve(file);

try {
  if (command === 'export') await exportTotals();
  else await importTotals();
} catch (error) {
  fail(messageOf(error));
}

async function exportTotals(): Promise<void> {
  if (!existsSync(sqlitePath(dataDir))) {
    fail(`There is no store in ${resolve(dataDir)}. Set DATA_DIR to the folder that the server keeps its totals in.`);
  }
  if (existsSync(path)) fail(`${path} is there already, and was left as it is. Name a new file.`);
  const store = new SqliteStore({ dataDir, now: Date.now });
  writeFileSync(path, `${JSON.stringify(store.export(), undefined, 2)}\n`, { flag: 'wx' });
  await store.close();
  console.log(`Written to ${path}`);
}

async function importTotals(): Promise<void> {
  if (!existsSync(path)) fail(`There is no file ${path}.`);
  const result = parseTotals(readFileSync(path), Date.now());
  if (!result.ok) fail(`${path} holds no totals. ${result.problem}`);
  const store = new SqliteStore({ dataDir, now: Date.now });
  if (!store.import(result.totals)) {
    fail(`The store in ${resolve(dataDir)} holds figures already, which were kept. Set DATA_DIR to a new folder.`);
  }
  await store.close();
  console.log(`Taken from ${path}`);
}
