#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { type Config, readConfig } from './config/config.ts';
import { explainListenError } from './config/listen-error.ts';
import { openFilesLimit } from './config/open-files.ts';
import { usage } from './config/usage.ts';
import { type Ledger, LedgerError } from './core/ledger.ts';
import { messageOf } from './core/message-of.ts';
import { startServer } from './http/server.ts';
import { openLedger } from './ledger/open-ledger.ts';
import { openLog } from './operation/log.ts';
import { createMetrics, watchProcess } from './operation/metrics.ts';
import { systemClock } from './stream/clock.ts';

// Node writes its warnings there. Without a listener, one that cannot be written would end the process.
process.stderr.on('error', () => {});

/** The client's build puts the page beside the server's bundle. */
const pageDir = fileURLToPath(new URL('page', import.meta.url));

const options = { check: { type: 'boolean' }, help: { type: 'boolean' }, version: { type: 'boolean' } } as const;

function fail(...sentences: string[]): never {
  for (const sentence of sentences) console.error(sentence);
  process.exit(1);
}

function readArguments() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail(`${messageOf(error)}. live-visitors --help prints what there is.`);
  }
}

function configure(): Config {
  const result = readConfig(process.env, openFilesLimit());
  return result.ok ? result.config : fail(...result.problems);
}

async function openLedgerOrFail(config: Config): Promise<Ledger> {
  try {
    return await openLedger(config);
  } catch (error) {
    if (error instanceof LedgerError) return fail(error.message);
    throw error;
  }
}

/** Says whether the server could run as it is configured. The port is not tried: another one may be running on it. */
async function check(): Promise<void> {
  const config = configure();
  console.log('Configuration: in order.');
  if (!existsSync(join(pageDir, 'index.html'))) fail('Page: not built. Run "pnpm build".');
  console.log('Page: built.');
  const ledger = await openLedgerOrFail(config);
  const trouble = ledger.trouble();
  await ledger.close();
  if (trouble !== undefined) fail(`Ledger: ${trouble}`);
  console.log(config.redisUrl === undefined ? `Ledger: in ${resolve(config.dataDir)}.` : 'Ledger: Redis answers.');
}

async function run(): Promise<void> {
  const config = configure();
  const metrics = createMetrics();
  watchProcess(metrics);
  const { log, flush } = openLog(config.logLevel, metrics.registry);
  const ledger = await openLedgerOrFail(config);
  const server = await startServer({ config, ledger, clock: systemClock, metrics, pageDir, log }).catch(
    (error: NodeJS.ErrnoException) => {
      const sentence = explainListenError(error, config);
      if (sentence === undefined) throw error;
      return fail(sentence);
    },
  );
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
      await flush();
      process.exit(0);
    });
  }
}

const { help, version, check: isCheck } = readArguments();
if (help) console.log(usage);
else if (version) console.log(packageJson.version);
else if (isCheck) await check();
else await run();
