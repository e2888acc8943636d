// Moves the totals: `totals export FILE` and `totals import FILE`, while the server is stopped.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readConfig } from './config.ts';
import { openFilesLimit } from './open-files.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';
import { parseTotals } from './totals-file.ts';

const usage = `Usage: totals export FILE   writes all that the ledger in DATA_DIR holds to a new file, as JSON
       totals import FILE   takes it into a ledger that is still empty

"visits", "visitorSeconds" and "peak" are all that a file must have: { "visits": 41, "visitorSeconds": 5310, "peak": 9 }`;

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

const [command, file, ...rest] = process.argv.slice(2);
if ((command !== 'export' && command !== 'import') || file === undefined || rest.length > 0) fail(usage);
const config = readConfig(process.env, openFilesLimit());
if (!config.ok) fail(config.problems.join('\n'));

if (config.config.redisUrl !== undefined) fail('REDIS_URL is set, so that the totals are in Redis, not in DATA_DIR.');

try {
  const path = resolve(file);
  const ledger = openSqliteLedger({ dataDir: config.config.dataDir, now: Date.now });
  if (command === 'export') {
    // A file that is there already is left as it is.
    writeFileSync(path, `${JSON.stringify(ledger.export(), undefined, 2)}\n`, { flag: 'wx' });
  } else {
    const result = parseTotals(readFileSync(path, 'utf8'));
    if (!result.ok) fail(`${path} holds no totals. ${result.problem}`);
    const taken = ledger.import(result.totals);
    if (!taken) fail('The ledger in DATA_DIR holds figures already, which were kept. Set DATA_DIR to a new folder.');
  }
  await ledger.close();
  console.log(`${command === 'export' ? 'Written to' : 'Taken from'} ${path}`);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
