import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { collectDefaultMetrics } from 'prom-client';
import { explainListenError, readConfig } from './config.ts';
import { createMemoryLedger } from './memory-ledger.ts';
import { createMetrics } from './metrics.ts';
import { openFilesLimit } from './open-files.ts';
import { startServer } from './server.ts';

function fail(sentences: readonly string[]): never {
  for (const sentence of sentences) console.error(sentence);
  process.exit(1);
}

const openFiles = openFilesLimit();
const result = readConfig(process.env, openFiles);
if (!result.ok) fail(result.problems);
const { config } = result;

const log = pino({ base: null, level: config.logLevel });
const metrics = createMetrics();
// Every 10 ms, which is the default, costs more than a tick of a thousand streams.
collectDefaultMetrics({ register: metrics.registry, eventLoopMonitoringPrecision: 100 });

const server = await startServer({
  config,
  ledger: createMemoryLedger(Date.now),
  clock: { now: Date.now, elapsed: () => performance.now() },
  metrics,
  // Some are for what is no connection: the log, the ledger, and the runtime's own.
  maxConnections: openFiles - 50,
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
