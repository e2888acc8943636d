import { describe, expect, test } from 'vitest';
import { installed, launchChromium, launchFirefox, launchWholeChromium } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { fromGuide, strictHeaders } from '../src/guide.ts';
import { scriptOf, useWidgets } from '../src/widget-page.ts';

const browsers = [
  { name: 'Chromium', launch: launchChromium, missing: false },
  { name: 'Firefox', launch: launchFirefox, missing: !installed.firefox },
];
for (const { name, launch, missing } of browsers) {
  describe.skipIf(missing)(`widgets on two other sites in ${name}${missing ? ' (it is not installed)' : ''}`, () => {
    const { server, startSite, open, close, pages, allShow, counts, keepsCounting } = useWidgets(launch);

    test('are live in 14 tabs under a strict policy, on one stream for each site, and follow every open and close', async () => {
      const { url } = server();
      const markup = `${fromGuide(url, 'html')}<img src="${url}/badge.svg" alt="">`;
      const urls = [await startSite('127.0.0.1'), await startSite('localhost')].map((site) =>
        site.publish(markup, strictHeaders(url)),
      );
      for (let i = 0; i < 7; i++) for (const each of urls) await open(each);
      await allShow(14);
      await counts({ browsers: 2, visits: 14 });

      for (const index of [5, 0, 0]) {
        const page = pages()[index];
        if (page) await close(page);
        await allShow(pages().length);
      }
      for (const each of urls) {
        await open(each);
        await allShow(pages().length);
      }
      await keepsCounting({ online: 13, browsers: 2, visits: 16 });
      const badge = await pages()[0]?.page.$eval('img', (image) => image.naturalWidth);
      expect(badge).toBeGreaterThan(0);
      // Its own styles are there as well.
      expect(await pages()[0]?.style('number', 'font-weight')).toBe('600');
      expect(pages().flatMap(({ logged }) => logged)).toEqual([]);
    });
  });
}

describe('a site over plain HTTP', () => {
  const { server, startSite, open, close, pages, allShow, keepsCounting } = useWidgets(() =>
    launchChromium('--host-resolver-rules=MAP *.test 127.0.0.1'),
  );

  test('has no locks; widget and subscription are live on it, and one visitor for each tab', async () => {
    const url = server().url.replace('localhost', 'visitors.test');
    const site = await startSite('site.test');
    const address = site.publish(`${scriptOf(url)}<live-visitors></live-visitors>
      <script type="module">
        import { subscribe } from '${url}/subscribe.js';
        subscribe({ server: '${url}' }, () => {});
      </script>`);
    const page = await open(address);
    expect(await page.page.evaluate(() => isSecureContext || 'locks' in navigator)).toBe(false);
    await allShow(1);
    await open(address);
    await allShow(2);
    await keepsCounting({ online: 2, browsers: 2, visits: 2 });
    await close(page);
    await allShow(1);
    expect(pages().flatMap(({ logged }) => logged)).toEqual([]);
  });
});

describe.skipIf(!installed.chromium)(
  `a widget in a whole Chromium${installed.chromium ? '' : ' (none is installed)'}`,
  () => {
    const { server, startSite, open, allShow, counts, keepsCounting } = useWidgets(launchWholeChromium);

    test('is no new visit when its page comes out of the back/forward cache', async () => {
      const site = await startSite();
      const { page } = await open(site.publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`));
      await allShow(1);
      await page.evaluate(() => Object.assign(globalThis, { isMarked: true }));
      await page.goto('about:blank');
      await counts({ online: 0 });
      await page.goBack();
      await allShow(1);
      expect(await page.evaluate(() => 'isMarked' in globalThis)).toBe(true);
      await keepsCounting({ online: 1, visits: 1 });
    });

    test('is not live when its page comes out of that cache, before it hears from the server', async () => {
      const site = await startSite();
      const { page } = await open(site.publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`));
      await allShow(1);
      await page.evaluate(() => {
        const number = document.querySelector('live-visitors')?.shadowRoot?.querySelector('[part~="number"]');
        // After those of the widget.
        addEventListener('pageshow', () => Object.assign(window, { parts: number?.part.value }));
      });
      await page.goto('about:blank');
      await page.goBack();
      await allShow(1);
      expect(await page.evaluate(() => (window as unknown as { parts: string }).parts)).toBe('number connecting');
    });

    test('is not counted before its prerendered page is shown', async () => {
      const site = await startSite();
      const widget = site.publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`);
      const { page } = await open(
        site.publish(`<script type="speculationrules">
          { "prerender": [{ "urls": ["${widget}"], "eagerness": "immediate" }] }
        </script><a href="${widget}">on</a>`),
      );
      await eventually(() => expect(site.hits(widget)).toBe(1));
      await keepsCounting({ online: 0, visits: 0 });
      await Promise.all([page.waitForNavigation(), page.click('a')]);
      expect(site.hits(widget)).toBe(1);
      await allShow(1);
      await keepsCounting({ online: 1, visits: 1 });
    });
  },
);
