import type { Router } from 'express';
import type { Config } from '../config/config.ts';
import { createDayReader } from '../history/day-reader.ts';
import type { Metrics } from '../observability/metrics.ts';
import { createRefusals, type Refusals } from '../observability/refusals.ts';
import { createSafeLog, type Log } from '../observability/safe-log.ts';
import { createLimits, type Limits } from '../presence/limits.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../stream/clock.ts';
import { Emitter } from '../stream/emitter.ts';
import { createRouter } from './router.ts';

export type ServiceOptions = {
  config: Pick<
    Config,
    'allowedOrigins' | 'maxConnections' | 'maxStreams' | 'maxStreamsPerAddress' | 'metrics' | 'nameOf'
  >;
  store: Store;
  clock: Clock;
  metrics: Metrics;
  /** The folder of the built page. */
  pageDir: string;
  log: Log;
};

export type Service = {
  router: Router;
  snapshot: Emitter['snapshot'];
  subscribe: Emitter['subscribe'];
  limits: Limits;
  refusals: Refusals;
  log: Log;
  /** Takes no more streams, bids farewell to those that there are, and closes the store; once, however often called. */
  close: () => Promise<void>;
};

/** Starts to count, and to answer: all of the server but the server itself. */
export async function startService({
  config,
  store,
  clock,
  metrics,
  pageDir,
  ...options
}: ServiceOptions): Promise<Service> {
  const log = createSafeLog(options.log);
  let ready = true;
  let closing: Promise<void> | undefined;
  const limits = createLimits(config);
  const refusals = createRefusals(metrics, log, config.nameOf);
  const emitter = await Emitter.start({ store, clock, limits, metrics, log });
  const router = createRouter({
    emitter,
    limits,
    config,
    metrics,
    refusals,
    readDay: createDayReader(store, clock.elapsed),
    pageDir,
    isReady: () => ready,
    trouble: () => store.trouble(),
    log,
  });

  return {
    router,
    snapshot: () => emitter.snapshot(),
    subscribe: (listener) => emitter.subscribe(listener),
    limits,
    refusals,
    log,
    close() {
      ready = false;
      closing ??= emitter
        .close()
        .catch((error) => log.error({ err: error }, 'the stop failed in part'))
        .then(refusals.close);
      return closing;
    },
  };
}
