import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { explainListenError, readConfig } from './config.ts';
import { type Ledger, LedgerError } from './ledger.ts';
import { createMetrics, watchProcess } from './metrics.ts';
import { openFilesLimit } from './open-files.ts';
import { openRedisLedger } from './redis-ledger.ts';
import { startServer } from './server.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

function fail(sentences: readonly string[]): never {
  for (const sentence of sentences) console.error(sentence);
  process.exit(1);
}

async function openLedger(): Promise<Ledger> {
  const { dataDir, redisUrl, redisPrefix } = config;
  try {
    return redisUrl === undefined
      ? openSqliteLedger({ dataDir, now: Date.now })
      : await openRedisLedger({ url: redisUrl, prefix: redisPrefix, now: Date.now });
  } catch (error) {
    if (error instanceof LedgerError) fail([error.message]);
    throw error;
  }
}

const result = readConfig(process.env, openFilesLimit());
if (!result.ok) fail(result.problems);
const { config } = result;

const log = pino({ base: null, level: config.logLevel });
const metrics = createMetrics();
watchProcess(metrics);

const server = await startServer({
  config,
  ledger: await openLedger(),
  clock: { now: Date.now, elapsed: () => performance.now() },
  metrics,
  // The client's build puts the page beside the server's bundle.
  pageDir: fileURLToPath(new URL('page', import.meta.url)),
  log,
}).catch((error: NodeJS.ErrnoException) => {
  const sentence = explainListenError(error, config);
  if (sentence === undefined) throw error;
  return fail([sentence]);
});

log.info({ url: `http://localhost:${server.port}` }, 'listening');

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  // Stays registered: Ctrl-C reaches this process from the terminal and from the runners above it as well.
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    await server.close();
    log.info('stopped');
    process.exit(0);
  });
}
