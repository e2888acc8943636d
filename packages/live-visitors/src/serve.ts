import { once } from 'node:events';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import {
  createMetrics,
  openStore,
  pageDir,
  type StoreInUseError,
  startServer,
  systemClock,
  watchProcess,
} from '../../server/src/internal.ts';
import { fail } from './fail.ts';
import { explainListenError } from './listen-error.ts';
import { openLog } from './log.ts';
import { openWhenFree, retry } from './open-when-free.ts';
import { configureOrFail, openOrFail } from './start-up.ts';

/** Runs the server until a signal stops it, then ends the process with exit code 0. */
export async function serve(env: NodeJS.ProcessEnv, stop: AbortSignal): Promise<never> {
  const config = configureOrFail(env);
  const metrics = createMetrics();
  watchProcess(metrics);
  const { log, flush } = openLog(config.logLevel, metrics.registry);
  const onWait = ({ message }: StoreInUseError) =>
    log.warn({ reason: message, forMs: retry.forMs }, 'waiting for another process to stop');
  const store = await openOrFail(() => openWhenFree(() => openStore(config), stop, onWait));
  let close = () => store?.close();

  // Node reports a signal that came while it loaded modules or opened the store only when the event loop turns.
  await endOfTurn();
  if (store !== undefined && !stop.aborted) {
    const server = await startServer({ config, store, clock: systemClock, metrics, pageDir, log, stop }).catch(
      (error) => {
        if (error.name === 'AbortError') return undefined;
        const sentence = explainListenError(error, config);
        if (sentence === undefined) throw error;
        return fail(sentence);
      },
    );
    // Closes the store too, as a start that fails does.
    close = async () => server?.close();
    if (server !== undefined && !stop.aborted) {
      log.info({ url: `http://localhost:${server.port}` }, 'listening');
      await once(stop, 'abort');
    }
  }

  log.info({ signal: stop.reason }, 'stopping');
  await close();
  log.info('stopped');
  await flush();
  process.exit(0);
}
