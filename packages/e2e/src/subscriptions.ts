import { describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { fromGuide } from './guide.ts';
import type { Tab } from './tab.ts';
import { scriptOf, type useWidgets } from './widget-page.ts';

/** What must hold for the module `subscribe` in any browser. */
export function testSubscriptions({
  server,
  startSite,
  open,
  allShow,
  counts,
  keepsCounting,
}: ReturnType<typeof useWidgets>) {
  describe('and the subscription', () => {
    /** Opens a page that has imported the module, to which it adds what is given. */
    async function openModule(code: string, markup = '') {
      const site = await startSite();
      return open(site.publish(markup + moduleOf(server().url, code)));
    }

    test('counts its tab in, tells of each snapshot, and counts it out when it is stopped', async () => {
      const page = await openModule(`
        globalThis.stop = subscribe(
          { server, onConnection: ({ state }) => told.push(state) },
          ({ online }) => told.push(online),
        );`);
      await eventually(async () => expect((await told(page)).slice(0, 5)).toEqual(['connecting', 'live', 1, 1, 1]));
      await counts({ online: 1, visits: 1 });
      await page.evaluate(() => (globalThis as unknown as { stop: () => void }).stop());
      await counts({ online: 0, visits: 1 });
      const { length } = await told(page);
      await keepsCounting({ online: 0, visits: 1 });
      expect(await told(page)).toHaveLength(length);
    });

    test('is used as the guide has it', async () => {
      const { url } = server();
      const code = fromGuide(url, 'js').replace('@live-visitors/client', `${url}/subscribe.js`);
      const page = await open((await startSite()).publish(`<script type="module">${code}</script>`));
      await eventually(async () => expect(await page.evaluate(() => document.title)).toBe('1 here now'));
    });

    test('and the widget are one tab on one stream', async () => {
      const page = await openModule(
        'subscribe({ server }, ({ online }) => told.push(online));',
        `${scriptOf(server().url)}<live-visitors></live-visitors>`,
      );
      await allShow(1);
      await eventually(async () => expect((await told(page)).length).toBeGreaterThan(3));
      expect(new Set(await told(page))).toEqual(new Set([1]));
      await keepsCounting({ online: 1, browsers: 1, visits: 1 });
      await page.evaluateOn('live-visitors', (element) => element.remove());
      const { length } = await told(page);
      await eventually(async () => expect((await told(page)).length).toBeGreaterThan(length + 2));
      expect(new Set(await told(page))).toEqual(new Set([1]));
      await keepsCounting({ online: 1, visits: 1 });
    });
  });
}

/** A script that has imported the module, and records in `told`. */
export function moduleOf(server: string, code: string): string {
  return `<script type="module">
    import { subscribe } from '${server}/subscribe.js';
    const server = '${server}';
    globalThis.told = [];
    ${code}
  </script>`;
}

export const told = (page: Tab) => page.evaluate(() => (globalThis as unknown as { told: unknown[] }).told);
