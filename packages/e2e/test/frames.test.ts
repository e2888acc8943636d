import { expect, test } from 'vitest';
import { chromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { scriptOf, useWidgets } from '../src/widget-page.ts';

const { server, startSite, open, counts, keepsCounting } = useWidgets(chromium.launch);

const widget = () => `${scriptOf(server().url)}<live-visitors></live-visitors>`;
const frame = (url: string) => `<iframe src="${url}"></iframe>`;

test('the documents in frames of one site are one tab and one visit, whichever is there first', async () => {
  const site = await startSite('site.test');
  const inner = site.publish(widget());
  const { page } = await open(site.publish(frame(inner) + frame(inner)));
  await eventually(async () => expect(page.frames()).toHaveLength(3));
  await keepsCounting({ online: 1, browsers: 1, visits: 1 });
  await page.evaluate((html) => document.body.append(document.createRange().createContextualFragment(html)), widget());
  await keepsCounting({ online: 1, browsers: 1, visits: 1 });
  await page.evaluate(() => document.querySelector('iframe')?.remove());
  await keepsCounting({ online: 1, browsers: 1, visits: 1 });
});

test('a frame of another site is a tab of its own', async () => {
  const outer = await startSite('site.test');
  const inner = await startSite('other.test');
  await open(outer.publish(widget() + frame(inner.publish(widget()))));
  await counts({ online: 2, browsers: 2, visits: 2 });
});
