import { expect, test } from 'vitest';
import { whyLoaded } from '../src/back-forward-cache.ts';
import { chromium, describeIn, firefox, wholeChromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { scriptOf, useWidgets } from '../src/widget-page.ts';
import { describePlainSite, describeWidgetSites } from '../src/widget-sites.ts';

for (const engine of [chromium, firefox]) {
  describeWidgetSites(engine);
  describePlainSite(engine);
}

describeIn(wholeChromium, 'a widget', () => {
  const { server, startSite, open, allShow, counts, keepsCounting } = useWidgets(wholeChromium.launch);

  test('is no new visit when its page comes out of the back/forward cache', async () => {
    const site = await startSite();
    const { page } = await open(site.publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`));
    await allShow(1);
    await page.evaluate(() => Object.assign(globalThis, { isMarked: true }));
    await page.goto('about:blank');
    await counts({ online: 0 });
    await page.goBack();
    await allShow(1);
    expect(await whyLoaded(page)).toEqual([]);
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
    expect(await whyLoaded(page)).toEqual([]);
    expect(await page.evaluate(() => (window as unknown as { parts: string }).parts)).toBe('number connecting');
  });

  test('leaves a page that holds a lock of its own in that cache', async () => {
    const site = await startSite();
    const { page } = await open(
      site.publish('<script>navigator.locks.request("lock of the site", () => new Promise(() => {}));</script>'),
    );
    await page.goto('about:blank');
    await open(site.publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`));
    await keepsCounting({ online: 1 });
    await page.goBack();
    expect(await whyLoaded(page)).toEqual([]);
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
});
