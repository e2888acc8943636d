import { expect, test } from 'vitest';
import { launchChromium } from '../src/browser.ts';
import { scriptOf, useWidgets } from '../src/widget-page.ts';

// A name that is no `localhost`: over plain HTTP, browsers withhold locks from its pages.
const host = 'visitors.test';
const { server, startSite, open, allShow, counts } = useWidgets(() =>
  launchChromium('--host-resolver-rules=MAP *.test 127.0.0.1'),
);

test('widgets of several tabs share one stream, and hidden ones are counted', async () => {
  const url = server().url.replace('localhost', host);
  const site = await startSite('site.test');
  for (let count = 1; count <= 3; count++) {
    const { page } = await open(site.publish(`${scriptOf(url)}<live-visitors></live-visitors>`));
    expect(await page.evaluate(() => 'locks' in navigator)).toBe(false);
    await allShow(count);
  }
  await counts({ online: 3, browsers: 1, visits: 3 });
});

test('a widget that observes is in no count', async () => {
  const url = server().url.replace('localhost', host);
  const site = await startSite('site.test');
  await open(site.publish(`${scriptOf(url)}<live-visitors observe></live-visitors>`));
  await allShow(0);
  await open(site.publish(`${scriptOf(url)}<live-visitors></live-visitors>`));
  await allShow(1);
  await counts({ online: 1, browsers: 1, visits: 1 });
});
