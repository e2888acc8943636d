import { describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { moduleOf, told } from './subscriptions.ts';
import { scriptOf, type useWidgets, type WidgetPage } from './widget-page.ts';

/** What must hold for the counts of single pages in any browser. */
export function testPages({ server, startSite, open, openPage, close, counts }: ReturnType<typeof useWidgets>) {
  describe('and the counts of pages', () => {
    /** Waits until the server counts so many tabs on pages. */
    async function arePresent(expected: Record<string, number>) {
      const query = Object.keys(expected).map((name) => `page=${encodeURIComponent(name)}`);
      await eventually(async () => {
        const response = await fetch(`${server().url}/visitors?${query.join('&')}`);
        expect(await response.json()).toMatchObject({ pages: expected });
      });
    }

    async function shows(page: WidgetPage, ...numbers: string[]) {
      await eventually(async () => expect((await page.widgets()).map(({ number }) => number)).toEqual(numbers));
    }

    test('are those of the address, without query and fragment, beside the count of the site', async () => {
      const site = await startSite();
      const markup = `${scriptOf(server().url)}<live-visitors page></live-visitors><live-visitors></live-visitors>`;
      const [one, other] = [site.publish(markup), site.publish(markup)];
      const first = await open(one);
      const second = await open(`${one}#there`);
      const third = await open(other);
      for (const page of [first, second]) await shows(page, '2', '3');
      await shows(third, '1', '3');
      const name = (url: string) => url.replace('http://', '');
      await arePresent({ [name(one)]: 2, [name(other)]: 1 });
      await close(second);
      await shows(first, '1', '2');

      await first.navigate('about:blank');
      await arePresent({ [name(one)]: 0 });
      await first.goBack();
      await shows(first, '1', '2');
      await counts({ browsers: 1 });
    });

    test('follow single-page navigation, and the canonical link once it is that of the new page', async () => {
      const page = await openPage(
        `<live-visitors page></live-visitors><live-visitors page="shop.example/café" observe></live-visitors>
        <link rel="canonical" href="HTTPS://Shop.Example/caf%C3%A9/?a=1#b">`,
      );
      // A link in the body is not canonical.
      await shows(page, '1', '0');
      await page.evaluate(() => document.head.append(document.querySelector('link') ?? ''));
      await shows(page, '1', '1');
      const host = await page.evaluate(() => location.host);
      for (const [path, name] of [
        ['/b%20c/?x=1#y', '/b c'],
        ['/%E3%81%82/%ff', '/%E3%81%82/%ff'],
        ['//', ''],
      ] as const) {
        await page.evaluate((to) => history.pushState({}, '', location.origin + to), path);
        await arePresent({ [host + name]: 1, 'shop.example/café': 0 });
        await shows(page, '1', '0');
      }
      await page.evaluate(() => document.querySelector('link')?.setAttribute('href', 'https://shop.example/tea'));
      await arePresent({ [host]: 0, 'shop.example/tea': 1 });
      await page.evaluate(() => document.querySelector('link')?.setAttribute('href', 'http://['));
      await arePresent({ [host]: 1, 'shop.example/tea': 0 });
      await page.evaluate((long) => history.pushState({}, '', `/${long}`), 'x'.repeat(128));
      await shows(page, '–', '0');
      await counts({ online: 1, visits: 1 });
    });

    test('are of any names, whichever attributes come and go, over one stream', async () => {
      await openPage('<live-visitors page="a"></live-visitors><live-visitors page="__proto__"></live-visitors>');
      const names = Array.from({ length: 20 }, (_, index) => `${index}`);
      const page = await openPage(
        `<live-visitors page="a" observe></live-visitors>${names.map((name) => `<live-visitors page="${name}" observe></live-visitors>`).join('')}`,
      );
      await shows(page, '1', ...names.map(() => '0'));
      await counts({ online: 1, browsers: 1 });

      await page.evaluate(() => {
        const [first, second, third, fourth, ...others] = document.querySelectorAll('live-visitors');
        for (const other of others) other.remove();
        first?.removeAttribute('observe');
        second?.setAttribute('page', '__proto__');
        third?.removeAttribute('page');
        fourth?.setAttribute('page', 'x'.repeat(129));
      });
      await shows(page, '2', '1', '2', '–');
      await arePresent({ a: 2 });
      await page.evaluateOn('live-visitors', (element) => element.setAttribute('page', 'b'));
      await shows(page, '1', '1', '2', '–');
      await arePresent({ a: 1, b: 1 });
      await page.evaluateOn('live-visitors', (element) => element.remove());
      await arePresent({ a: 1, b: 0 });
      await counts({ online: 1, browsers: 1 });
    });

    test('come with the events of the element, and are told by the subscription', async () => {
      const site = await startSite();
      const page = await open(
        site.publish(
          `${moduleOf(
            server().url,
            `document.querySelector('live-visitors').addEventListener('snapshot', ({ detail }) => {
              globalThis.detail = [detail.page, [...detail.pages]];
            });
            subscribe({ server, page: true, watch: ['a', ''] }, ({ online, page, pages }) => {
              told.push([online, page, [...pages]]);
            });
            subscribe({ server, page: ['x', 'y'], observe: true }, ({ page, pages }) => {
              globalThis.observed = [page, [...pages]];
            });`,
          )}${scriptOf(server().url)}<live-visitors page="a"></live-visitors>`,
        ),
      );
      const name = await page.evaluate(() => location.host + location.pathname);
      await eventually(async () => {
        expect((await told(page)).at(-1)).toEqual([
          1,
          1,
          [
            [name, 1],
            ['a', 1],
            ['', null],
          ],
        ]);
        const { detail, observed } = await page.evaluate(() => {
          const { detail, observed } = globalThis as unknown as Record<string, unknown>;
          return { detail, observed };
        });
        expect(detail).toEqual([1, [['a', 1]]]);
        expect(observed).toEqual([
          0,
          [
            ['x', 0],
            ['y', 0],
          ],
        ]);
      });
      await counts({ online: 1, browsers: 1 });
    });

    test('count the page of a frame as one more page of its tab', async () => {
      const site = await startSite();
      const widget = `${scriptOf(server().url)}<live-visitors page></live-visitors>`;
      const inner = site.publish(widget);
      const page = await open(
        site.publish(`${widget}<iframe src="${inner}"></iframe><iframe src="${inner}"></iframe>`),
      );
      const outer = await page.evaluate(() => location.host + location.pathname);
      await arePresent({ [outer]: 1, [inner.replace('http://', '')]: 1 });
      await counts({ online: 1, browsers: 1, visits: 1 });
    });
  });
}
