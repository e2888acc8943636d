import type { Page } from 'puppeteer-core';
import { describe, expect, test } from 'vitest';
import { chromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { fromGuide } from '../src/guide.ts';
import { scriptOf, useWidgets } from '../src/widget-page.ts';

describe('the subscription', () => {
  const { server, startSite, open, allShow, counts, keepsCounting } = useWidgets(chromium.launch);

  /** Opens a page that has imported the module, to which it adds what is given. */
  async function openModule(code: string, markup = '') {
    const site = await startSite();
    const { url } = server();
    return open(
      site.publish(`${markup}<script type="module">
        import { subscribe } from '${url}/subscribe.js';
        const server = '${url}';
        globalThis.told = [];
        ${code}
      </script>`),
    );
  }

  const told = (page: Page) => page.evaluate(() => (globalThis as unknown as { told: unknown[] }).told);

  test('counts its tab in, tells of each snapshot, and counts it out when it is stopped', async () => {
    const { page } = await openModule(`
      globalThis.stop = subscribe(
        { server, onConnection: ({ state }) => told.push(state) },
        ({ online }) => told.push(online),
      );`);
    await eventually(async () => expect(await told(page)).toEqual(['connecting', 'live', 1, 1, 1]));
    await counts({ online: 1, visits: 1 });
    await page.evaluate(() => (globalThis as unknown as { stop: () => void }).stop());
    await counts({ online: 0, visits: 1 });
    const { length } = await told(page);
    await keepsCounting({ online: 0, visits: 1 });
    expect(await told(page)).toHaveLength(length);
  });

  test('can be stopped by whoever is told, and goes on when one of them throws', async () => {
    const page = await openModule(`
      let thrown = 0;
      subscribe({ server }, () => { if (thrown++ < 2) throw new Error('of the page'); });
      const stopFirst = subscribe({ server }, () => { told.push('first'); stopFirst(); });
      setTimeout(() => {
        const stopLast = subscribe({ server }, () => { told.push('last'); stopLast(); });
      }, 1500);
      subscribe({ server }, () => told.push('other'));`);
    await eventually(async () => {
      const all = await told(page.page);
      expect(all.filter((each) => each === 'other').length).toBeGreaterThan(3);
      expect(all.filter((each) => each !== 'other')).toEqual(['first', 'last']);
    });
    expect(page.problems.splice(0)).toEqual(Array(2).fill('Error: of the page'));
    await keepsCounting({ online: 1 });
  });

  test.each([['visitors.example.com'], [''], ['javascript:alert(1)'], ['//visitors.example.com'], [undefined]])(
    'says what a server must be where it is %j',
    async (given) => {
      const { page } = await openModule(`
        try {
          subscribe({ server: ${JSON.stringify(given)} }, () => {});
        } catch (error) {
          told.push(error.name, error.message);
        }`);
      await eventually(async () =>
        expect(await told(page)).toEqual([
          'TypeError',
          `"server" must be a URL such as https://visitors.example.com, but is "${given}".`,
        ]),
      );
    },
  );

  test('is used as the guide has it', async () => {
    const { url } = server();
    const code = fromGuide(url, 'js').replace('./subscribe.js', `${url}/subscribe.js`);
    const { page } = await open((await startSite()).publish(`<script type="module">${code}</script>`));
    await eventually(async () => expect(await page.title()).toBe('1 here now'));
  });

  test('and the widget are one tab on one stream', async () => {
    const { page } = await openModule(
      'subscribe({ server }, ({ online }) => told.push(online));',
      `${scriptOf(server().url)}<live-visitors></live-visitors>`,
    );
    await allShow(1);
    await eventually(async () => expect((await told(page)).length).toBeGreaterThan(3));
    expect(new Set(await told(page))).toEqual(new Set([1]));
    await keepsCounting({ online: 1, browsers: 1, visits: 1 });
    await page.$eval('live-visitors', (element) => element.remove());
    const { length } = await told(page);
    await eventually(async () => expect((await told(page)).length).toBeGreaterThan(length + 2));
    expect(new Set(await told(page))).toEqual(new Set([1]));
    await keepsCounting({ online: 1, visits: 1 });
  });
});
