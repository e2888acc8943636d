import { expect, test } from 'vitest';
import { describeIn, type Engine } from './engine.ts';
import { fromGuide, strictHeaders } from './guide.ts';
import { scriptOf, useWidgets } from './widget-page.ts';

/** What must hold for widgets on other sites, in any browser. */
export function describeWidgetSites(engine: Engine): void {
  describeIn(engine, 'widgets on two other sites', () => {
    const { server, startSite, open, close, pages, allShow, counts, keepsCounting } = useWidgets(engine.launch);

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
      const badge = await pages()[0]?.evaluateOn('img', (image) => (image as HTMLImageElement).naturalWidth);
      expect(badge).toBeGreaterThan(0);
      // Its own styles are there as well.
      expect(await pages()[0]?.style('number', 'font-weight')).toBe('600');
      expect(pages().flatMap(({ logged = [] }) => logged)).toEqual([]);
    });
  });
}

/** What must hold for widgets on a site over plain HTTP, in any browser. */
export function describePlainSite(engine: Engine): void {
  describeIn(engine, 'a site over plain HTTP', () => {
    const { server, startSite, open, close, pages, allShow, keepsCounting } = useWidgets(engine.launch);

    test('has no locks; its tabs are live on one stream all the same, and one visitor each', async () => {
      const url = server().url.replace('localhost', engine.plainHosts.server);
      const site = await startSite(engine.plainHosts.site);
      const address = site.publish(`${scriptOf(url)}<live-visitors></live-visitors>
      <script type="module">
        import { subscribe } from '${url}/subscribe.js';
        subscribe({ server: '${url}' }, () => {});
      </script>`);
      const page = await open(address);
      expect(await page.evaluate(() => isSecureContext || 'locks' in navigator)).toBe(false);
      await allShow(1);
      await open(address);
      await allShow(2);
      await keepsCounting({ online: 2, browsers: 1, visits: 2 });
      await close(page);
      await allShow(1);
      // If the first tab answers late, the second one opens a stream too, and gives it up. Firefox reports that.
      const isGivenUp = (line: string) =>
        line.includes(`${url}/stream?`) && line.includes('CORS request did not succeed');
      const logged = pages().flatMap((each) => each.logged ?? []);
      expect(logged.filter((line) => !isGivenUp(line))).toEqual([]);
    });
  });
}
