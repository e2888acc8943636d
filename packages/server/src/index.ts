import { fileURLToPath } from 'node:url';
import type { PageCount, Snapshot } from '@live-visitors/shared';
import { Router } from 'express';
import { nameSettingsAsOptions } from './config/name-of.ts';
import { openFilesLimit } from './config/open-files.ts';
import type { LibraryOptions } from './config/options.ts';
import { readOptions } from './config/read-config.ts';
import { type Service, startRouter } from './http/router.ts';
import { createMetrics } from './observability/metrics.ts';
import type { Log } from './observability/safe-log.ts';
import { openStore } from './store/open-store.ts';
import { systemClock } from './stream/clock.ts';

export type { PageCount, Snapshot };

/** Each option has the name and the limits of its environment variable. The default differs where it says so. */
export type LiveVisitorsOptions = Partial<LibraryOptions> & {
  /** Receives the log, for example from pino. Without it, nothing is logged. */
  logger?: Log;
};

/** An Express router, and the count. */
export type LiveVisitors = Router & {
  /** The latest counts; `undefined` until the first tick is recorded, shortly after the start, and after `close`. */
  current(): Snapshot | undefined;
  /** How many tabs are on a page now; `null` if that is not known, as before the start and after `close`. */
  page(name: string): number | null;
  /** The pages with the most tabs, the fullest first: 20, or up to 100; `null` if their counts are not known. */
  pages(limit?: number): PageCount[] | null;
  /**
   * Calls `onSnapshot` with the snapshot of each tick, once a second. What it throws is an uncaught exception.
   *
   * @returns a function that ends the subscription
   */
  subscribe(onSnapshot: (snapshot: Snapshot) => void): () => void;
  /** Sends `farewell` to every stream, ends it, and closes the store. Call it before you close the app's server. */
  close(): Promise<void>;
};

/**
 * Counts the visitors of an app and shows the count. Returns a router to mount under a path of its own, for example
 * `app.use('/visitors', liveVisitors())`. Client addresses follow the app's `trust proxy` setting.
 *
 * @throws TypeError if an option is wrong or unknown, and an error named StoreError if the totals cannot be stored in
 * `dataDir`; the message says what to set
 */
export function liveVisitors(options: LiveVisitorsOptions = {}): LiveVisitors {
  nameSettingsAsOptions();
  const { logger = silent, ...settings } = options;
  const result = readOptions(settings, openFilesLimit());
  if (!result.ok) throw new TypeError(result.problems.join('\n'));
  if (!isLog(logger)) throw new TypeError('logger must have the methods debug, info, warn and error, as in pino.');
  const { config } = result;
  const store = openStore(config);
  const router = Router({ caseSensitive: true, strict: true });
  let service: Service | undefined;

  const started = (async () => {
    service = await startRouter({
      router,
      config,
      store: await store,
      clock: systemClock,
      metrics: createMetrics(),
      pageDir: fileURLToPath(new URL('page', import.meta.url)),
      log: logger,
    });
    return service;
  })();

  const answer = Router().use(async (request, response, next) => {
    await started;
    router(request, response, next);
  });

  return Object.assign(answer, {
    current: () => service?.emitter.snapshot(),
    page: (name: string) => service?.emitter.pages.online(name) ?? null,
    pages: (limit?: number) => service?.emitter.pages.fullest(limit) ?? null,
    subscribe(onSnapshot: (snapshot: Snapshot) => void) {
      let stop: (() => void) | undefined;
      let isStopped = false;
      void started.then(({ emitter }) => {
        if (!isStopped) stop = emitter.subscribe(onSnapshot);
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

const ignore = () => {};
const silent: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function isLog(logger: Partial<Log>): boolean {
  return [logger?.debug, logger?.info, logger?.warn, logger?.error].every((write) => typeof write === 'function');
}
