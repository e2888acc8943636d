import { describe, expect, onTestFinished, test } from 'vitest';
import { whyLoaded } from '../src/back-forward-cache.ts';
import type { PuppeteerTab } from '../src/browser.ts';
import { chromium, describeIn, wholeChromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { recordSnapshots } from '../src/observer.ts';
import { crash, useTabs, withhold } from '../src/sharing-tabs.ts';
import { startSite } from '../src/site.ts';

describe('14 tabs that crash', () => {
  const { open, allShow, tabs, take } = useTabs(chromium.launch);

  test('are counted out, and the others go on', async () => {
    await open(14);
    await allShow({ online: 14 });
    for (const index of [5, 0, 0]) {
      const crashing = take(index);
      await crash(crashing);
      await allShow({ online: tabs().length, browsers: 1 });
      await crashing.close();
    }
  });
});

describe('a leader that is frozen', () => {
  const { open, allShow, tab, tabs, take, server } = useTabs(chromium.launch);

  test('loses the lead to a visible tab, stays in the count, and is in it once when it thaws', async () => {
    await open(5);
    await allShow({ online: 5, visits: 5 });
    const ticks = await recordSnapshots(server().url);
    for (const each of tabs()) await each.evaluate(recordStates);
    const session = await tab(0).page.createCDPSession();
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    const frozen = take(0);
    await eventually(async () => {
      for (const each of tabs()) {
        const states = await each.evaluate(() => (window as unknown as { states: string[] }).states);
        expect(states).toContain('stale');
        expect(states.at(-1)).toBe('live');
      }
    });
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    tabs().unshift(frozen);
    await allShow({ online: 5, browsers: 1, visits: 5 });
    expect(ticks.map(({ online }) => online)).toEqual(ticks.map(() => 5));
  });
});

/** Runs in the page: records the states of its connection from now on. */
function recordStates(): void {
  const states: (string | undefined)[] = [];
  Object.assign(window, { states });
  const observer = new MutationObserver(() => states.push(document.body.dataset.connection));
  observer.observe(document.body, { attributeFilter: ['data-connection'] });
}

describe('a tab that can talk to no other', () => {
  const { open, allShow, tab, server } = useTabs(chromium.launch, { prepare: withhold('locks', 'BroadcastChannel') });

  const turn = ({ page }: PuppeteerTab, state: string) =>
    page.evaluate((visibilityState) => {
      Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);

  test('has a stream while it is visible, and looks the count up while it is hidden', async () => {
    await open(2);
    await allShow({ online: 2 });
    await turn(tab(1), 'hidden');
    for (const index of [0, 1]) await eventually(async () => expect(await tab(index).figure('online')).toBe(1));
    await turn(tab(1), 'visible');
    await allShow({ online: 2, visits: 2 });
  });

  test('says how old its number is when it is hidden and the server cannot be reached', async () => {
    await open(1);
    await allShow({ online: 1 });
    await turn(tab(0), 'hidden');
    await eventually(async () => expect(await tab(0).figure('online')).toBe(0));
    await server().kill();
    await eventually(async () => expect(await tab(0).connection()).toBe('reconnecting'));
    expect(await tab(0).text('.age')).toMatch(/[1-5]\d s ago/);
  });
});

describe('a page in a sandboxed frame', () => {
  const { open, allShow, browser, server } = useTabs(chromium.launch);

  test('counts, although nearly everything is withheld from it', async () => {
    await open(1);
    const site = await startSite();
    onTestFinished(site.stop);
    const frame = `<iframe sandbox="allow-scripts" src="${server().url}"></iframe>`;
    const framing = await browser().open(site.publish(frame));
    onTestFinished(framing.close);
    await allShow({ online: 2, browsers: 2 });
  });
});

describeIn(wholeChromium, 'the back/forward cache', () => {
  const { open, allShow, tab } = useTabs(wholeChromium.launch);

  test.each([
    ['alone', 1],
    ['among others', 3],
  ])('takes a page that is %s, which is no new visit when it comes back', async (_, count) => {
    await open(count);
    for (let visits = count; ; visits++) {
      await allShow({ online: count, browsers: 1, visits });
      await tab(0).mark();
      await tab(0).page.goto('about:blank');
      if (count > 1) await eventually(async () => expect(await tab(1).figure('online')).toBe(count - 1));
      await tab(0).page.goBack();
      if (await tab(0).isMarked()) {
        await allShow({ online: count, browsers: 1, visits });
        return;
      }
      // Chromium may freeze a page before its `pagehide` has released the lock that another tab waits for.
      expect(await whyLoaded(tab(0).page)).toEqual(['weblocks-contention']);
    }
  });

  test('takes a page that is not live before it hears from the server again', async () => {
    await open(1, {
      prepare: ({ page }) =>
        page.evaluateOnNewDocument(() => {
          // Before those of the page: so what the page shows when it is seen again.
          addEventListener('pageshow', () => Object.assign(window, { state: document.body.dataset.connection }));
        }),
    });
    await allShow({ online: 1 });
    const { page, mark, isMarked } = tab(0);
    await page.evaluate(() => Object.assign(window, { state: undefined }));
    await mark();
    await page.goto('about:blank');
    await page.goBack();
    await allShow({ online: 1 });
    expect(await isMarked()).toBe(true);
    expect(await page.evaluate(() => (window as unknown as { state: string }).state)).toBe('connecting');
  });
});
