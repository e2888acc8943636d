import { paths, scripts } from '@live-visitors/shared';
import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { recordSnapshots } from './observer.ts';
import { scriptOf, type useWidgets } from './widget-page.ts';

/** A service worker that controls a site as soon as it is registered. */
const workerThat = (handleFetch: string) => `
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  addEventListener('fetch', (event) => event.respondWith(${handleFetch}));`;

const passesThrough = workerThat('fetch(event.request)');

/** Answers from its cache what it has, and stores the other answers that it may. */
const cachesIf = (mayStore: string) =>
  workerThat(`(async () => {
    const cache = await caches.open('answers');
    const stored = await cache.match(event.request);
    if (stored) return stored;
    const response = await fetch(event.request);
    if (${mayStore}) event.waitUntil(cache.put(event.request, response.clone()).catch(() => {}));
    return response;
  })()`);

const storesAllowed = cachesIf("!response.headers.get('Cache-Control')?.includes('no-store')");
const storesAll = cachesIf('true');

/** What must hold in any browser for a site whose service worker handles all requests, those to our server too. */
export function testServiceWorkers(
  { server, restartServer, startSite, open, allShow, counts, keepsCounting }: ReturnType<typeof useWidgets>,
  { stopsIdleWorkers }: { stopsIdleWorkers: boolean },
): void {
  /** Opens a page that the worker controls. Returns it with its address. */
  async function openControlled(worker: string) {
    const site = await startSite();
    const first = await open(
      site.publish(`<script>navigator.serviceWorker.register('${site.publishScript(worker)}')</script>`),
    );
    await eventually(async () => expect(await first.evaluate(() => !navigator.serviceWorker.controller)).toBe(false));
    const url = site.publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`);
    return { url, page: await open(url) };
  }

  /** The paths on our server of all that workers have stored. */
  const storedPaths = ({ evaluate }: Awaited<ReturnType<typeof open>>) =>
    evaluate(async (origin) => {
      const requests = await (await caches.open('answers')).keys();
      return requests.map(({ url }) => new URL(url)).flatMap((url) => (url.origin === origin ? url.pathname : []));
    }, server().url);

  test.skipIf(!stopsIdleWorkers)('goes on when the browser stops the worker that a stream passes through', async () => {
    const { url } = await openControlled(passesThrough);
    await open(url);
    await allShow(2);
    await counts({ online: 2, visits: 2 });
    const ticks = await recordSnapshots(server().url);
    // Idle workers are stopped after 30 s.
    await eventually(() => expect(ticks.length).toBeGreaterThan(42));
    expect(ticks.map(({ online }) => online)).toEqual(ticks.map(() => 2));
    expect(ticks.at(-1)).toMatchObject({ visits: 2, peak: 2 });
  });

  test.each([
    { stores: 'what it may', worker: storesAllowed, stored: [scripts.widget] },
    { stores: 'all', worker: storesAll, stored: [paths.stream, scripts.widget] },
  ])('never comes from the cache of a worker that stores $stores', async ({ worker, stored }) => {
    const { page } = await openControlled(worker);
    await allShow(1);
    await counts({ visits: 1 });
    // A worker can store a stream once the server has ended it. The second one is asked for as the third.
    for (let i = 0; i < 2; i++) {
      server().signal('SIGTERM');
      await eventually(async () => expect(await page.widgets()).toMatchObject([{ state: 'reconnecting' }]));
      await restartServer();
      await allShow(1);
    }
    await keepsCounting({ online: 1, visits: 1 });
    expect([...new Set(await storedPaths(page))].sort()).toEqual(stored);
  });
}
