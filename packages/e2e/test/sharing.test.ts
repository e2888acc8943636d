import type { Browser } from 'puppeteer-core';
import { describe, expect, test } from 'vitest';
import { launchChromium } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { crash, launchWithPlainHost, plainHost, type TabOptions, useTabs, withhold } from '../src/sharing-tabs.ts';

const ways: [way: string, launch: () => Promise<Browser>, options: TabOptions][] = [
  ['locks', launchChromium, {}],
  ['a channel alone', launchWithPlainHost, { host: plainHost }],
  ['nothing', launchChromium, { prepare: withhold('locks', 'BroadcastChannel') }],
];

describe.each(ways)('tabs that share by %s', (_, launch, options) => {
  const { open, allShow, tab, tabs, take, restartServer } = useTabs(launch, options);

  test('are live, each of them counted and one visit', async () => {
    await open(3);
    await allShow({ online: 3, visits: 3 });
  });

  test('are counted out one by one as they close, the first of them too', async () => {
    await open(4);
    await allShow({ online: 4 });
    for (const index of [2, 0, 0]) {
      await take(index).close();
      await allShow({ online: tabs().length });
    }
    await allShow({ online: 1, visits: 4 });
  });

  test('are counted out when they crash', async () => {
    await open(3);
    await allShow({ online: 3 });
    for (const index of [1, 0]) {
      const crashing = take(index);
      await crash(crashing);
      await allShow({ online: tabs().length });
      await crashing.close();
    }
  });

  test('leave the count when the page is left, and are back in it with the page', async () => {
    await open(3);
    await allShow({ online: 3 });
    for (const index of [1, 0]) {
      await tab(index).page.goto('about:blank');
      await eventually(async () => expect(await tab(2).figure('online')).toBe(2));
      await tab(index).page.goBack();
      await allShow({ online: 3 });
    }
  });

  test('come back by themselves when the server is killed and started anew, as no new visits', async () => {
    await open(3);
    // Once a visit has been shown, it is recorded.
    await allShow({ online: 3, visits: 3 });
    for (const each of tabs()) await each.mark();
    await restartServer();
    await allShow({ online: 3, visits: 3 });
    for (const each of tabs()) expect(await each.isMarked()).toBe(true);
  });
});
