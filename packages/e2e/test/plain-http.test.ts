import { expect, test } from 'vitest';
import { chromium } from '../src/engine.ts';
import { scriptOf, useWidgets } from '../src/widget-page.ts';

const { server: host, site: siteHost } = chromium.plainHosts;
const { server, startSite, open, allShow, counts } = useWidgets(chromium.launch);

test('widgets of several tabs share one stream, and hidden ones are counted', async () => {
  const url = server().url.replace('localhost', host);
  const site = await startSite(siteHost);
  for (let count = 1; count <= 3; count++) {
    const { evaluate } = await open(site.publish(`${scriptOf(url)}<live-visitors></live-visitors>`));
    expect(await evaluate(() => 'locks' in navigator)).toBe(false);
    await allShow(count);
  }
  await counts({ online: 3, browsers: 1, visits: 3 });
});

test('a widget that observes is in no count', async () => {
  const url = server().url.replace('localhost', host);
  const site = await startSite(siteHost);
  await open(site.publish(`${scriptOf(url)}<live-visitors observe></live-visitors>`));
  await allShow(0);
  await open(site.publish(`${scriptOf(url)}<live-visitors></live-visitors>`));
  await allShow(1);
  await counts({ online: 1, browsers: 1, visits: 1 });
});
