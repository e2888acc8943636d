import type { Browser } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, openTab, type PuppeteerTab } from './browser.ts';
import { eventually } from './eventually.ts';

export type Site = {
  url: string;
  /** Ends the server without a word and has it back, on the same port. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

/** What must hold for tabs in a real browser, whatever serves them. */
export function describeTabs(name: string, start: () => Promise<Site>): void {
  describe(`tabs on ${name}`, () => {
    let site: Site;
    let browser: Browser;
    let tabs: PuppeteerTab[] = [];

    beforeAll(async () => {
      // One after the other, so that what was started is known, and ended, when the next does not start.
      site = await start();
      browser = await launchChromium();
    });
    afterEach(async () => {
      const problems = tabs.flatMap((tab) => tab.problems);
      await Promise.all((await browser.pages()).slice(1).map((page) => page.close()));
      tabs = [];
      expect(problems).toEqual([]);
      await eventually(async () => expect((await visitors()).online).toBe(0));
    });
    afterAll(async () => {
      await browser?.close();
      await site?.stop();
    });

    async function open(profile: Parameters<typeof openTab>[0] = browser): Promise<PuppeteerTab> {
      const tab = await openTab(profile, site.url);
      tabs.push(tab);
      return tab;
    }

    async function close(tab: PuppeteerTab) {
      tabs.splice(tabs.indexOf(tab), 1);
      await tab.close();
    }

    async function visitors() {
      const response = await fetch(`${site.url}/visitors`);
      return (await response.json()) as { online: number; browsers: number; visits: number };
    }

    /** Waits until every tab is live and shows that many online. */
    async function allShow(online: number) {
      await eventually(async () => {
        for (const tab of tabs) {
          expect(await tab.connection()).toBe('live');
          expect(await tab.figure('online')).toBe(online);
        }
      });
    }

    test('the count goes 1, 2, 3 as tabs open, and down again as they close, and shows nothing else', async () => {
      const first = await open();
      await allShow(1);
      const recorded = await first.record();
      const second = await open();
      await allShow(2);
      const third = await open();
      await allShow(3);
      await close(second);
      await allShow(2);
      await close(third);
      await allShow(1);
      expect((await recorded()).filter((value, index, all) => value !== all[index - 1])).toEqual([1, 2, 3, 2, 1]);
    });

    test('14 tabs are all live on one stream, more than a browser has connections', async () => {
      for (let i = 0; i < 14; i++) await open();
      await allShow(14);
      expect((await visitors()).browsers).toBe(1);
    });

    test('tabs of two browser profiles are counted together', async () => {
      const other = await browser.createBrowserContext();
      await open();
      await open(other);
      await open();
      await allShow(3);
      await other.close();
      tabs.splice(1, 1);
      await allShow(2);
    });

    test('every tab that is opened is one visit, and the visits stay when it closes', async () => {
      const before = (await visitors()).visits;
      await open();
      const second = await open();
      await allShow(2);
      await close(second);
      await open();
      await eventually(async () => expect((await visitors()).visits).toBe(before + 3));
    });

    test('a reload never shows one too many for longer than one tick', async () => {
      const watching = await open();
      const reloading = await open();
      await open();
      await allShow(3);
      const recorded = await watching.record();
      for (let i = 0; i < 5; i++) {
        const ticks = (await recorded()).length;
        await reloading.page.reload();
        await eventually(async () => expect((await recorded()).length).toBeGreaterThan(ticks));
        await allShow(3);
      }
      const shown = await recorded();
      for (const [index, online] of shown.entries()) {
        expect(online).toBeLessThanOrEqual(4);
        if (online > 3) expect(shown[index + 1]).toBeLessThanOrEqual(3);
      }
    });

    test('a restart of the server brings every tab back live, without a reload and without a visit', async () => {
      await open();
      await open();
      await open();
      await allShow(3);
      for (const tab of tabs) await tab.mark();
      // A tick after the last tab came, its visit is recorded.
      const from = Number(await tabs[0]?.figure('visitorSeconds'));
      await eventually(async () => expect(await tabs[0]?.figure('visitorSeconds')).toBeGreaterThan(from + 3));
      const { visits } = await visitors();
      await site.restart();
      await eventually(async () => expect((await visitors()).online).toBe(3));
      await allShow(3);
      for (const tab of tabs) expect(await tab.isMarked()).toBe(true);
      expect((await visitors()).visits).toBe(visits);
    });
  });
}
