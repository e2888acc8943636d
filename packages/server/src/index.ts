import './check-node.ts';
import { createRequire } from 'node:module';
import type { PageCount, Snapshot } from '@live-visitors/shared';
import { Router } from 'express';
import { nameSettingsAsOptions } from './config/name-of.ts';
import { openFilesLimit } from './config/open-files.ts';
import type { LibraryOptions } from './config/options.ts';
import { type LibraryConfig, readOptions } from './config/read-config.ts';
import { type Service, startRouter } from './http/router.ts';
import type { MetricsRegistry } from './observability/metrics-registry.ts';
import type { Metrics } from './observability/prometheus.ts';
import { isLogger, type Logger, silentLog } from './observability/safe-log.ts';
import { pageDir } from './page-dir.ts';
import { openStore } from './store/open-store.ts';
import { systemClock } from './stream/clock.ts';

if (pageDir === undefined)
  process.emitWarning(
    'Live Visitors cannot find its dashboard and widget. If you bundle your app, exclude the package @live-visitors/server from the bundle ("external").',
  );

export type { Logger, MetricsRegistry, PageCount, Snapshot };

/** Each option has the name and the limits of its environment variable. The default differs where it says so. */
export type LiveVisitorsOptions = Partial<LibraryOptions> & {
  /** Receives the log. Without it, nothing is logged. */
  logger?: Logger;
  /** The app's own registry of prom-client, to which the metrics are added. */
  registry?: MetricsRegistry;
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
 * `app.use('/live', liveVisitors())`. Client addresses follow the app's `trust proxy` setting.
 *
 * @throws TypeError if an option is wrong or unknown, an error named StoreError if the totals cannot be stored in
 * `dataDir`, and an Error if a package is not installed; the message says what to do
 */
export function liveVisitors(options: LiveVisitorsOptions = {}): LiveVisitors {
  nameSettingsAsOptions();
  if (typeof options !== 'object' || options === null)
    throw new TypeError('liveVisitors takes its options as an object.');
  const { logger = silentLog, registry, ...settings } = options;
  const result = readOptions(settings, openFilesLimit());
  if (!result.ok) throw new TypeError(result.problems.join('\n'));
  if (!isLogger(logger)) throw new TypeError('logger must have the methods info, warn and error, as in pino.');
  if (registry !== undefined && typeof registry?.registerMetric !== 'function')
    throw new TypeError('registry must be a Registry of prom-client.');
  const { config } = result;
  if (config.redisUrl !== undefined) requirePackage('redis', 'redisUrl');
  const opening = openStore(config);
  // Together, because a failure that nobody waits for yet would end the process.
  const opened = Promise.all([openMetrics(config, registry), opening]);
  const router = Router({ caseSensitive: true, strict: true });
  let service: Service | undefined;

  const started = (async () => {
    const [metrics, store] = await opened;
    service = await startRouter({ router, config, store, clock: systemClock, metrics, pageDir, log: logger });
    return service;
  })();
  // Requests and `close` report why it failed.
  started.catch(async () => (await opening).close()).catch(() => {});

  // Express 4 does not handle rejected promises.
  const answer = Router().use((request, response, next) => {
    started.then(() => router(request, response, next)).catch(next);
  });

  return Object.assign(answer, {
    current: () => service?.emitter.snapshot(),
    page: (name: string) => service?.emitter.pages.online(name) ?? null,
    pages: (limit?: number) => service?.emitter.pages.fullest(limit) ?? null,
    subscribe(onSnapshot: (snapshot: Snapshot) => void) {
      if (typeof onSnapshot !== 'function') throw new TypeError('subscribe takes a function.');
      let stop: (() => void) | undefined;
      let isStopped = false;
      const start = ({ emitter }: Service) => {
        if (!isStopped) stop = emitter.subscribe(onSnapshot);
      };
      started.then(start, () => {});
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

function openMetrics({ metrics }: LibraryConfig, registry?: MetricsRegistry): Promise<Metrics> | undefined {
  if (metrics === 'off' && registry === undefined) return undefined;
  requirePackage('prom-client', registry === undefined ? 'metrics' : 'registry');
  return import('./observability/prometheus.ts').then(({ createMetrics }) => createMetrics(registry));
}

/** @throws if a package that only this option needs is not installed */
function requirePackage(name: string, option: string): void {
  try {
    createRequire(import.meta.url ?? `${process.cwd()}/`).resolve(name);
  } catch (cause) {
    throw new Error(`${option} needs the package ${name}. Install it: npm install ${name}`, { cause });
  }
}
