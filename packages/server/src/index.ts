import { fileURLToPath } from 'node:url';
import type { Snapshot } from '@live-visitors/shared';
import { type RequestHandler, Router } from 'express';
import { pino } from 'pino';
import type { LiveVisitors, LiveVisitorsOptions } from '../index.d.ts';
import { readConfig } from './config/config.ts';
import { optionName } from './config/name-of.ts';
import { openFilesLimit } from './config/open-files.ts';
import { type Service, startService } from './http/service.ts';
import { createMetrics } from './observability/metrics.ts';
import { openStore } from './store/open-store.ts';
import { systemClock } from './stream/clock.ts';

export type { LiveVisitors, LiveVisitorsOptions, Snapshot };

/**
 * Counts the visitors of an app, and shows them: a router to mount under a path of its own, such as
 * `app.use('/visitors', liveVisitors())`. Whose address a request comes from is what the app's `trust proxy` says.
 *
 * @throws TypeError where an option is out of its limits, and StoreError where the totals cannot be kept in `dataDir`;
 * the message says what to set
 */
export function liveVisitors({
  logger = pino({ level: 'silent' }),
  ...options
}: LiveVisitorsOptions = {}): LiveVisitors {
  const result = readConfig(toVariables(options), openFilesLimit(), optionName);
  if (!result.ok) throw new TypeError(result.problems.join('\n'));
  const { config } = result;
  const store = openStore(config);
  let service: Service | undefined;

  const started = (async () => {
    service = await startService({
      config,
      store: await store,
      clock: systemClock,
      metrics: createMetrics(),
      pageDir: fileURLToPath(new URL('page', import.meta.url)),
      log: logger,
    });
    return service;
  })();

  const answer: RequestHandler = async (request, response, next) => {
    const { router } = await started;
    router(request, response, next);
  };

  return Object.assign(Router().use(answer), {
    current: () => service?.snapshot(),
    subscribe(onSnapshot: (snapshot: Snapshot) => void) {
      let stop: (() => void) | undefined;
      let isStopped = false;
      void started.then(({ subscribe }) => {
        if (!isStopped) stop = subscribe(onSnapshot);
      });
      return () => {
        isStopped = true;
        stop?.();
      };
    },
    async close() {
      const { close } = await started;
      service = undefined;
      await close();
    },
  });
}

/**
 * The options as the environment variables that they stand for: what holds for those holds here.
 *
 * @throws TypeError where one is empty: as a variable, that would be the default
 */
function toVariables(options: Omit<LiveVisitorsOptions, 'logger'>) {
  for (const [name, value] of Object.entries(options)) {
    if (value === '' || (Array.isArray(value) && value.length === 0))
      throw new TypeError(`${name} is empty. Leave it out for its default, or name what it is to be.`);
  }
  const { allowedOrigins, metrics } = options;
  return {
    ALLOWED_ORIGINS: allowedOrigins?.toString(),
    DATA_DIR: options.dataDir,
    REDIS_URL: options.redisUrl,
    REDIS_PREFIX: options.redisPrefix,
    MAX_STREAMS: options.maxStreams?.toString(),
    MAX_STREAMS_PER_ADDRESS: options.maxStreamsPerAddress?.toString(),
    METRICS: metrics === undefined ? 'off' : String(metrics),
  };
}
