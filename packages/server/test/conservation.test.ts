import { formatStreamQuery } from '@live-visitors/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventually, openServer, openSocket } from './helpers/support.ts';

type Client = ReturnType<typeof openSocket> & { browser: string | undefined; tabs: number; pages: string[] };

const names = ['/a', '/b', '__proto__'];

const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('join' as const),
      // Few, so that streams often take each other's place.
      browser: fc.option(fc.constantFrom('browser-1', 'browser-2', 'browser-3'), { nil: undefined }),
      // None is an observer.
      tabs: fc.integer({ min: 0, max: 8 }),
      // Of each page, how many of the tabs are on it, if there are so many, and whether it is watched.
      pages: fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(8), fc.boolean()), { maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constantFrom(
        'close' as const,
        'reset' as const,
        'half close' as const,
        'stall' as const,
        'talk' as const,
      ),
      which: fc.nat(),
    }),
  },
);

test('opened less ended is what is live, what is held, and what is shown, whatever clients do', async () => {
  const { url, port, snapshot, metric } = await openServer();
  const pageCounts = async () => {
    const response = await fetch(
      `${url}/visitors?${new URLSearchParams(names.map((name): [string, string] => ['page', name]))}`,
    );
    const { pages } = (await response.json()) as { pages: object };
    return Object.entries(pages);
  };
  let visits = 0;

  // Shrinking a failure would take longer than the test may; the seed that is printed brings it back.
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 30 }), async (actions) => {
      const clients: Client[] = [];
      for (const next of actions) {
        if (next.act === 'join') {
          const { browser, tabs } = next;
          const on = new Map(next.pages.map(([name, count]) => [name, Math.min(count, tabs)]));
          const pages = [...on].flatMap(([name, count]) => Array<string>(count).fill(name));
          const watch = next.pages.flatMap(([name, , isWatched]) => (isWatched ? [name] : []));
          const query = formatStreamQuery({ tabs, ...(browser && { browser }), page: pages, watch });
          const client = openSocket(port, `GET /stream${query} HTTP/1.1\r\nHost: x\r\n\r\n`);
          clients.push({ ...client, browser, tabs, pages });
          // Tabs of a stream without a browser are new.
          if (browser === undefined) visits += tabs;
          // In order, so that the model knows which stream took the place of which.
          await eventually(() => expect(client.received()).toContain('event: visitors'));
          continue;
        }
        const client = clients[next.which % clients.length];
        if (client === undefined) continue;
        switch (next.act) {
          case 'close':
            client.socket.destroy();
            break;
          case 'reset':
            // A socket of Node's that was ended, and is then reset, never says that it is closed.
            if (client.socket.writableEnded) client.socket.destroy();
            else client.socket.resetAndDestroy();
            break;
          case 'half close':
            client.socket.end();
            break;
          case 'stall':
            client.socket.pause();
            break;
          case 'talk':
            client.socket.write('GET / HTTP/1.1\r\n');
            break;
          default:
            next satisfies never;
        }
      }

      // A stalled socket does not notice its own end.
      for (const { socket } of clients) socket.resume();
      await eventually(async () => {
        const live = clients.filter(({ closed }) => !closed());
        const visiting = live.filter(({ tabs }) => tabs > 0);
        const tabs = live.reduce((sum, client) => sum + client.tabs, 0);
        expect(await snapshot()).toMatchObject({ online: tabs, browsers: visiting.length, visits });
        expect(await metric('live_visitors_streams')).toBe(live.length);
        expect(await metric('live_visitors_tabs')).toBe(tabs);
        const on = live.flatMap(({ pages }) => pages);
        const counted = names.map((name) => [name, on.filter((page) => page === name).length]);
        expect(await pageCounts()).toEqual(counted);
        expect(await metric('live_visitors_drift')).toBe(0);
        const browsers = live.flatMap(({ browser }) => browser ?? []);
        expect(new Set(browsers).size).toBe(browsers.length);
      });

      for (const { socket } of clients) socket.destroy();
      await eventually(async () => expect(await snapshot()).toMatchObject({ online: 0, browsers: 0 }));
      expect(await metric('live_visitors_pages')).toBe(0);
      expect(await metric('live_visitors_drift')).toBe(0);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});
