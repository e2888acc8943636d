import { expect, onTestFinished, test } from 'vitest';
import { openRelay } from '../../server/test/helpers/relay.ts';
import { describeIn, type Engine } from './engine.ts';
import { observe } from './observer.ts';
import { reloadTogether, useTabs } from './sharing-tabs.ts';

/** What must hold for 14 tabs in any browser. Each browser has a file of its own, so that they run side by side. */
export function describeManyTabs(engine: Engine): void {
  describeIn(engine, '14 tabs', () => {
    const { open, allShow, tab, tabs, take, browser, server, restartServer } = useTabs(engine.launch);

    test('are all live on one stream, as one browser and 14 visits', async () => {
      await open(14);
      await allShow({ online: 14, browsers: 1, visits: 14 });
    });

    test('count right when a follower or the leader closes, and never dip by more than those', async () => {
      await open(14);
      await allShow({ online: 14 });
      const observer = await observe(server().url);
      onTestFinished(observer.stop);
      await allShow({ online: 15, browsers: 2 });
      for (const index of [5, 0, 0, 0]) {
        const left = tabs().length - 1;
        await take(index).close();
        await allShow({ online: left + 1, browsers: 2 });
        expect(Math.min(...observer.online)).toBeGreaterThanOrEqual(left);
      }
    });

    test('are 17 in 2 browsers with the 3 of another profile', async () => {
      await open(14);
      const profile = await browser().openProfile();
      await open(3, { profile });
      await allShow({ online: 17, browsers: 2, visits: 17 });
      await profile.close();
      for (let i = 0; i < 3; i++) take(14);
      await allShow({ online: 14, browsers: 1 });
    });

    test('come back when the server is killed and started anew, as no new visits', async () => {
      await open(14);
      await allShow({ online: 14, visits: 14 });
      await restartServer();
      await allShow({ online: 14, browsers: 1, visits: 14 });
    });

    test('are all live and count right after they have all reloaded together, over a slow network', async () => {
      const { port, slowDown } = await openRelay(Number(server().port));
      await open(14, { port });
      await allShow({ online: 14, browsers: 1, visits: 14, peak: 14 });
      slowDown(400);
      await reloadTogether(tabs());
      await allShow({ online: 14, browsers: 1, visits: 28, peak: 14 });
    });

    test('count right after 10 fast reloads of one of them', async () => {
      await open(14);
      await allShow({ online: 14 });
      for (let i = 0; i < 10; i++) await tab(7).reload();
      await allShow({ online: 14, browsers: 1 });
    });
  });

  describeIn(engine, '14 tabs over plain HTTP', () => {
    const { open, allShow, tab } = useTabs(engine.launch, { host: engine.plainHosts.server });

    test('have no locks, and are all live on the one stream of a channel alone', async () => {
      await open(14);
      expect(await tab(0).evaluate(() => isSecureContext || 'locks' in navigator)).toBe(false);
      await allShow({ online: 14, browsers: 1, visits: 14 });
    });
  });
}
