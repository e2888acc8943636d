import type { Browser, Page } from 'puppeteer-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { installed, launchChromium, launchFirefox, launchWholeChromium, type Tab } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { observe } from '../src/observer.ts';
import { crash, type TabOptions, useTabs } from '../src/sharing-tabs.ts';

// Any name but localhost makes plain HTTP no secure context, in which there are no locks.
const plainHost = 'visitors.test';

/** Has the page find that features are withheld from it, as they are in some frames. */
const withhold =
  (...names: ('locks' | 'SharedWorker')[]) =>
  (page: Page) =>
    page.evaluateOnNewDocument((withheld) => {
      for (const name of withheld) {
        Object.defineProperty(name === 'locks' ? navigator : window, name, {
          get() {
            throw new DOMException(`${name} is withheld`, 'SecurityError');
          },
        });
      }
    }, names);

const launchWithPlainHost = () => launchChromium(`--host-resolver-rules=MAP ${plainHost} 127.0.0.1`);

const ways: [way: string, launch: () => Promise<Browser>, options: TabOptions][] = [
  ['a lock', launchChromium, {}],
  ['a shared worker', launchWithPlainHost, { host: plainHost }],
  ['nothing', launchChromium, { prepare: withhold('locks', 'SharedWorker') }],
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

const browsers = [
  { name: 'Chromium', launch: launchChromium, missing: false },
  { name: 'Firefox', launch: launchFirefox, missing: !installed.firefox },
];
for (const { name, launch, missing } of browsers) {
  describe.skipIf(missing)(`14 tabs in ${name}${missing ? ' (it is not installed)' : ''}`, () => {
    const { open, allShow, tab, tabs, take, browser, server, restartServer } = useTabs(launch);

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
      const profile = await browser().createBrowserContext();
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

    test('count right after 10 fast reloads of one of them', async () => {
      await open(14);
      await allShow({ online: 14 });
      for (let i = 0; i < 10; i++) await tab(7).page.reload({ waitUntil: 'domcontentloaded' });
      await allShow({ online: 14, browsers: 1 });
    });
  });
}

describe('14 tabs over plain HTTP', () => {
  const { open, allShow, tab } = useTabs(launchWithPlainHost, { host: plainHost });

  test('have no locks, and are all live on the one stream of a shared worker', async () => {
    await open(14);
    expect(await tab(0).page.evaluate(() => isSecureContext || 'locks' in navigator)).toBe(false);
    await allShow({ online: 14, browsers: 1, visits: 14 });
  });
});

describe('14 tabs that crash', () => {
  const { open, allShow, tabs, take } = useTabs(launchChromium);

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
  const { open, allShow, tab, tabs, take } = useTabs(launchChromium);

  test('loses the lead to a visible tab, and is counted once when it thaws', async () => {
    await open(5);
    await allShow({ online: 5, visits: 5 });
    const session = await tab(0).page.createCDPSession();
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    const frozen = take(0);
    for (const state of ['stale', 'live']) {
      await eventually(async () => {
        for (const each of tabs()) expect(await each.connection()).toBe(state);
      });
    }
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    tabs().unshift(frozen);
    await allShow({ online: 5, browsers: 1, visits: 5 });
  });
});

describe('a tab that can talk to no other', () => {
  const { open, allShow, tab, server } = useTabs(launchChromium, { prepare: withhold('locks', 'SharedWorker') });

  const turn = ({ page }: Tab, state: string) =>
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
    await eventually(async () => expect(await tab(0).connection()).toBe('stale'));
    expect(await tab(0).text('.age')).toMatch(/1\d s ago/);
  });
});

describe('a page in a sandboxed frame', () => {
  const { open, allShow, browser, server } = useTabs(launchChromium);

  test('counts, although nearly everything is withheld from it', async () => {
    await open(1);
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    await page.setContent(`<iframe sandbox="allow-scripts" src="${server().url}"></iframe>`);
    await allShow({ online: 2, browsers: 2 });
  });
});

describe.skipIf(!installed.chromium)(
  `the back/forward cache${installed.chromium ? '' : ' (no whole Chromium is installed)'}`,
  () => {
    const { open, allShow, tab } = useTabs(launchWholeChromium);

    test.each([
      ['alone', 1],
      ['among others', 3],
    ])('takes a page that is %s, which is no new visit when it comes back', async (_, count) => {
      await open(count);
      await allShow({ online: count, visits: count });
      await tab(0).mark();
      await tab(0).page.goto('about:blank');
      if (count > 1) await eventually(async () => expect(await tab(1).figure('online')).toBe(count - 1));
      await tab(0).page.goBack();
      expect(await tab(0).isMarked()).toBe(true);
      await allShow({ online: count, browsers: 1, visits: count });
    });

    test('takes a page that is not live before it hears from the server again', async () => {
      await open(1, {
        prepare: (page) =>
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
  },
);
