import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { chromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { root } from '../src/program.ts';
import { startStandIn } from '../src/stand-in.ts';
import { scriptOf, useWidgets } from '../src/widget-page.ts';

const { server: host, site: siteHost } = chromium.plainHosts;
const { browser, server, startSite, open, allShow, counts } = useWidgets(chromium.launch);

test.each([
  ['cannot be loaded', undefined],
  ['says nothing', ''],
])('the page is live, alone in its tab, where the shared worker %s', async (_, code) => {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(root, 'packages/server/dist/page'), folder, { recursive: true });
  const assets = join(folder, 'assets');
  const workers = (await readdir(assets)).filter((file) => /^worker-.*\.js$/.test(file));
  expect(workers).toHaveLength(1);
  for (const file of workers) {
    if (code === undefined) await rm(join(assets, file));
    else await writeFile(join(assets, file), code);
  }
  const standIn = await startStandIn(folder);
  onTestFinished(() => standIn.stop());

  const tab = await browser().open(standIn.url.replace('localhost', host));
  onTestFinished(tab.close);
  expect(await tab.page.evaluate(() => 'locks' in navigator)).toBe(false);
  await eventually(async () => expect(await tab.connection()).toBe('live'));
  expect(standIn.opened()).toBe(1);
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
