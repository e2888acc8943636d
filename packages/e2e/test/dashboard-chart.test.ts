import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { viewports } from '../src/audit.ts';
import { boxOf, launchChromium, openTab, type PuppeteerTab, zoneWhereItIs } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { startStandIn } from '../src/stand-in.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** Records the labels of the axes that the chart has now, and their font. */
function recordLabels(page: Page) {
  return page.evaluateOnNewDocument(() => {
    const { prototype } = CanvasRenderingContext2D;
    const labels = new Set<string>();
    Object.assign(window, { labels });
    prototype.fillText = new Proxy(prototype.fillText, {
      apply(fillText, context, args: [string, number, number]) {
        labels.add(args[0]);
        Object.assign(window, { labelFont: context.font });
        return Reflect.apply(fillText, context, args);
      },
    });
    prototype.clearRect = new Proxy(prototype.clearRect, {
      apply(clearRect, context, args) {
        labels.clear();
        return Reflect.apply(clearRect, context, args);
      },
    });
  });
}

/** The labels of the time axis: those of the value axis are whole numbers. */
const timeLabels = ({ page }: PuppeteerTab) =>
  page.evaluate(() =>
    [...(window as unknown as { labels: Set<string> }).labels].filter((label) => !/^[\d,]*$/.test(label)),
  );

type Setting = {
  period?: string;
  seconds?: number;
  now?: () => number;
  query?: string;
  prepare?: (page: Page) => Promise<unknown>;
};

/** Opens the dashboard of a server that has been there for so many seconds, and waits for the chart of a period. */
async function open({ period = 'recent', seconds, now = Date.now, query = '', prepare }: Setting = {}) {
  const server = await startStandIn(now);
  if (seconds !== undefined) server.isYoung(seconds);
  const tab = await openTab(browser, server.url + query, async (page) => {
    await recordLabels(page);
    await prepare?.(page);
  });
  onTestFinished(async () => {
    await tab.close();
    await server.stop();
    expect(tab.problems).toEqual([]);
  });
  const { page } = tab;
  await page.waitForSelector('.chart canvas');
  await page.click(`.period [value="${period}"]`);
  await eventually(async () => expect(await tab.text('.summary')).not.toBe('…'));
  await eventually(async () => expect(await timeLabels(tab)).not.toEqual([]));
  const isShown = (selector: string) =>
    page.$eval(selector, (element) => element.checkVisibility({ visibilityProperty: true }));
  /** Moves the mouse to a part of the time axis. */
  async function point(share: number) {
    const { x, y, width, height } = await boxOf(page, '.u-over');
    await page.mouse.move(x + width * share, y + height / 2, { steps: 3 });
  }
  return { tab, page, server, isShown, point };
}

const said = (page: Page) => page.$eval('.chart input', ({ ariaValueText }) => ariaValueText ?? '');
const isInSlider = (page: Page) => page.evaluate(() => document.activeElement?.matches('.chart input'));

describe('the time axis', () => {
  test.each([
    ['recent', 20],
    ['24h', 300],
    ['7d', 1500],
    ['30d', 3600],
  ])(
    'of %s begins at the first value of a server that is %d seconds old, and leaves it some width',
    async (period, seconds) => {
      const { isShown, point } = await open({ period, seconds });
      for (const [share, isKnown] of [
        [0, true],
        [0.3, true],
        [0.95, false],
      ] as const) {
        await point(share);
        await eventually(async () => expect(await isShown('.chart-tooltip')).toBe(isKnown));
      }
    },
  );

  test.each([
    ['recent', 3600],
    ['recent', 20],
    ['24h', 100_000_000],
    ['7d', 100_000_000],
    ['30d', 100_000_000],
  ])(
    'of %s has two labels or more on the narrowest phone, also where its ends cut off labels',
    async (period, seconds) => {
      // Many a step begins 20 s before the end.
      const ahead = 20_000 - (Date.now() % 300_000);
      const now = () => Date.now() + ahead;
      const { tab } = await open({
        period,
        seconds,
        now,
        prepare: (page) => page.setViewport({ width: 320, height: 640 }),
      });
      expect((await timeLabels(tab)).length).toBeGreaterThanOrEqual(2);
    },
  );

  test('has the hours of the reader’s time zone, and names the day at midnight', async () => {
    const now = Date.now();
    const timeZone = zoneWhereItIs(12, now);
    const { tab, page } = await open({
      period: '24h',
      now: () => now,
      prepare: (page) => page.emulateTimezone(timeZone),
    });
    const today = new Intl.DateTimeFormat('en', { timeZone, day: 'numeric', month: 'short' }).format(now);
    const labels = await timeLabels(tab);
    expect(labels).toContain(today);
    for (const label of labels.filter((each) => each !== today)) expect(label).toMatch(/^\d+:00\s[AP]M$/);
    await page.focus('.chart input');
    await page.keyboard.press('End');
    expect(await said(page)).toMatch(/^today, 12:\d\d\s[AP]M · /);
  });
});

describe('a moment of the chart', () => {
  test('is chosen and told by keyboard, and stays the same while the chart moves on', async () => {
    // The first moment of a server that is younger than the chart stays in it.
    const { page, isShown } = await open({ seconds: 300 });
    const press = async (key: 'Home' | 'End' | 'ArrowLeft' | 'ArrowRight' | 'PageUp') => {
      await page.keyboard.press(key);
      return said(page);
    };
    const { keyboard } = page;
    await page.focus('.period [value="30d"]');
    for (let presses = 0; presses < 5 && !(await isInSlider(page)); presses++) await keyboard.press('Tab');
    expect(await isInSlider(page)).toBe(true);
    expect(await said(page)).toMatch(/^\d+:\d\d:\d\d.* · \d$/);
    expect(await page.$eval('.chart-frame', (element) => getComputedStyle(element).outlineStyle)).toBe('solid');
    const first = await press('Home');
    const second = await press('ArrowRight');
    expect(second).not.toBe(first);
    expect(await press('ArrowLeft')).toBe(first);
    const later = await press('PageUp');
    expect([first, second]).not.toContain(later);
    const mark = () => page.$eval('.chart-mark', (element) => getComputedStyle(element).translate);
    const before = await mark();
    await eventually(async () => expect(await mark()).not.toBe(before));
    expect(await said(page)).toBe(later);
    expect(await page.$eval('.chart-tooltip', ({ textContent }) => textContent)).toBe(later);
    await page.focus('.period [value="30d"]');
    expect(await isShown('.chart-tooltip')).toBe(false);
  });

  test('is told in the period and the language that are chosen, also before it is gone to', async () => {
    const { page } = await open();
    expect(await said(page)).toMatch(/^\d+:\d\d:\d\d.* · \d$/);
    await page.click('.period [value="30d"]');
    await eventually(async () => expect(await said(page)).toMatch(/\nTotal of the day: /));
    await page.select('.language select', 'es');
    expect(await said(page)).toMatch(/\nTotal del día: /);
  });

  test('is not offered to the keyboard while no value is known', async () => {
    const { page } = await open({ period: '24h', seconds: 0 });
    expect(await page.$('.chart canvas')).not.toBeNull();
    await page.waitForSelector('.chart input', { hidden: true });
  });

  test('has the total of its day in the periods of history', async () => {
    const { page } = await open({ period: '30d', prepare: (page) => page.emulateTimezone(zoneWhereItIs(12)) });
    await page.focus('.chart input');
    await page.keyboard.press('End');
    await eventually(async () =>
      expect(await said(page)).toMatch(/^today, .* · [\d.]+.*\nTotal of the day: \d+ visits?, peak \d$/),
    );
  });

  test('is followed by a finger that moves sideways', async () => {
    const { page, isShown } = await open({
      prepare: (page) => page.setViewport({ ...viewports.phone, hasTouch: true }),
    });
    const { x, y, width } = await boxOf(page, '.u-over');
    const text = () => page.$eval('.chart-tooltip', ({ textContent }) => textContent);
    const touch = await page.touchscreen.touchStart(x + width * 0.3, y + 20);
    await eventually(async () => expect(await isShown('.chart-tooltip')).toBe(true));
    const before = await text();
    await touch.move(x + width * 0.7, y + 20);
    await eventually(async () => expect(await text()).not.toBe(before));
    await touch.end();
    expect(await isShown('.chart-tooltip')).toBe(true);
    await page.tap('h1');
    await eventually(async () => expect(await isShown('.chart-tooltip')).toBe(false));
  });

  test('of one period is not told over another that could not be loaded', async () => {
    const { tab, page, isShown, point } = await open({
      prepare: async (page) => {
        await page.setRequestInterception(true);
        page.on('request', (request) =>
          request.url().includes('/history') ? request.respond({ status: 503 }) : request.continue(),
        );
      },
    });
    await point(0.3);
    await eventually(async () => expect(await isShown('.chart-tooltip')).toBe(true));
    await page.focus('.period [value="24h"]');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await tab.text('.summary')).toBe('This period could not be loaded'));
    expect(await isShown('.chart-tooltip')).toBe(false);
  });

  test('in a gap is not told, and no line is drawn there', async () => {
    const { page, isShown, point } = await open({ period: '24h' });
    await point(0.3);
    expect(await isShown('.chart-tooltip')).toBe(true);
    // The stand-in stopped for 100 of the 1,440 minutes.
    await point(650 / 1440);
    expect(await isShown('.chart-tooltip')).toBe(false);
    const painted = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.chart canvas');
      const over = document.querySelector<HTMLElement>('.u-over');
      const context = canvas?.getContext('2d');
      if (!over || !context) throw new Error('there is no chart');
      return [0.3, 650 / 1440].map((share) => {
        const x = (over.offsetLeft + over.offsetWidth * share) * devicePixelRatio;
        const { data } = context.getImageData(x, 0, 1, over.offsetHeight * devicePixelRatio);
        return data.some(
          (_, at) => at % 4 === 0 && Number(data[at + 1]) > Number(data[at]) + 40 && Number(data[at + 3]) > 200,
        );
      });
    });
    expect(painted).toEqual([true, false]);
  });

  test('in a gap is told by keyboard, without a mark at a value', async () => {
    const { page, isShown } = await open({ period: '24h' });
    await page.focus('.chart input');
    await page.keyboard.press('Home');
    // Each goes on by a tenth of the 1,440 minutes.
    for (let press = 0; press < 5; press++) await page.keyboard.press('PageUp');
    expect(await isShown('.chart-mark')).toBe(true);
    for (let press = 0; press < 30; press++) await page.keyboard.press('ArrowLeft');
    // Only of a day that is known in whole, its totals follow.
    expect(await said(page)).toMatch(/ · –$/m);
    expect(await page.$eval('.chart-tooltip', ({ textContent }) => textContent)).toBe(await said(page));
    expect(await isShown('.chart-tooltip')).toBe(true);
    expect(await isShown('.u-cursor-x')).toBe(true);
    expect(await isShown('.chart-mark')).toBe(false);
  });
});

describe('a part of the chart that is dragged over', () => {
  async function zoom() {
    // While this clock stands still, the labels of the whole period stay the same.
    const now = Date.now();
    const opened = await open({ period: '24h', now: () => now });
    const { tab, page, point } = opened;
    const whole = await timeLabels(tab);
    await point(0.1);
    await page.mouse.down();
    await point(0.2);
    await page.mouse.up();
    await eventually(async () => expect(await timeLabels(tab)).not.toEqual(whole));
    const isWhole = () => eventually(async () => expect(await timeLabels(tab)).toEqual(whole));
    return { ...opened, isWhole };
  }

  test('fills the chart until a button shows all again, and the keyboard goes on in the chart', async () => {
    const { tab, page, isShown, isWhole } = await zoom();
    // 144 minutes, in steps of half an hour.
    expect((await timeLabels(tab)).every((label) => /:[03]0/.test(label))).toBe(true);
    await page.click('.show-all');
    await isWhole();
    expect(await isShown('.show-all')).toBe(false);
    expect(await isInSlider(page)).toBe(true);
  });

  test('has its last moment told', async () => {
    const { page } = await zoom();
    const told = await said(page);
    await page.keyboard.press('ArrowLeft');
    expect(await said(page)).not.toBe(told);
    await page.keyboard.press('End');
    expect(await said(page)).toBe(told);
  });

  test('has its tooltip above the button', async () => {
    const { page, isShown } = await zoom();
    await page.keyboard.press('ArrowLeft');
    expect(await isShown('.chart-tooltip')).toBe(true);
    // Laid over all of the chart, for as long as it takes to find what is on top.
    const top = await page.evaluate(() => {
      const { x = 0, y = 0 } = document.querySelector('.show-all')?.getBoundingClientRect() ?? {};
      document.querySelector('.chart-tooltip')?.setAttribute('style', 'inset: 0; pointer-events: auto');
      return document.elementFromPoint(x + 9, y + 9)?.className;
    });
    expect(top).toBe('chart-tooltip');
  });

  test('fills the chart until Escape is pressed', async () => {
    const { page, isWhole } = await zoom();
    await page.keyboard.press('Escape');
    await isWhole();
  });

  test('leaves the keyboard in the chart when Escape is pressed on the button', async () => {
    const { page, isShown } = await zoom();
    await page.focus('.show-all');
    await page.keyboard.press('Escape');
    expect(await isShown('.show-all')).toBe(false);
    expect(await isInSlider(page)).toBe(true);
  });

  test('leaves the keyboard in the chart when the chart has moved on', async () => {
    const start = Date.now();
    let now = () => start;
    const { page, isShown, point } = await open({ seconds: 600, now: () => now() });
    await point(0);
    await page.mouse.down();
    await point(0.05);
    await page.mouse.up();
    await eventually(async () => expect(await isShown('.show-all')).toBe(true));
    await page.focus('.show-all');
    now = () => start + 120_000;
    await eventually(async () => expect(await isShown('.show-all')).toBe(false));
    expect(await isInSlider(page)).toBe(true);
  });

  test('fills the chart until another period is chosen', async () => {
    const { page, isShown, isWhole } = await zoom();
    await page.click('.period [value="30d"]');
    await eventually(async () => expect(await isShown('.show-all')).toBe(false));
    await page.click('.period [value="24h"]');
    await isWhole();
  });
});

test('a period that is not requested, as the server cannot be reached, is not awaited', async () => {
  const { tab, page, server } = await open();
  await server.vanish();
  await eventually(async () => expect(await tab.connection()).toBe('reconnecting'));
  await page.click('.period [value="7d"]');
  expect(await tab.text('.summary')).toBe('This period could not be loaded');
});

test.each(Object.entries(viewports))('choosing a period moves nothing, on a %s', async (_, viewport) => {
  const { page, tab } = await open({ prepare: (page) => page.setViewport(viewport) });
  const places = () =>
    page.$$eval('.period button, .chart, dl, footer, .online', (all) =>
      all.map((element) => JSON.stringify(element.getBoundingClientRect())),
    );
  const before = await places();
  for (const [period, days] of [
    ['24h', '24 hours'],
    ['7d', '7 days'],
    ['30d', '30 days'],
  ]) {
    await page.click(`.period [value="${period}"]`);
    await eventually(async () => expect(await tab.text('.summary')).toBe(`Between 1 and 8 in the last ${days}`));
    expect(await places()).toEqual(before);
  }
});

test.each([0.67, 1, 2, 3])(
  'labels are as large as other small text, at %d pixels for each of CSS',
  async (deviceScaleFactor) => {
    const { page } = await open({
      prepare: (page) => page.setViewport({ width: 1728, height: 1000, deviceScaleFactor }),
    });
    const [label, frame] = await page.evaluate(() => {
      const { labelFont } = window as unknown as { labelFont: string };
      const { fontSize } = getComputedStyle(document.querySelector('.chart-frame') ?? document.body);
      return [
        Number.parseFloat(labelFont.replace(/.*?([\d.]+px)/, '$1')) / devicePixelRatio,
        Number.parseFloat(fontSize),
      ];
    });
    expect(Math.abs(Number(label) - Number(frame))).toBeLessThan(1.3);
  },
);

describe('a screen on a wall', () => {
  test.each([
    [1920, 1080],
    [2560, 1440],
    [3840, 2160],
  ])('of %d × %d is filled, and nothing has to be scrolled', async (width, height) => {
    const { page } = await open({ prepare: (page) => page.setViewport({ width, height }) });
    const [chart, number, overflow, arrow, em] = await page.evaluate(() => {
      const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect() ?? new DOMRect();
      return [
        box('.chart').width / innerWidth,
        box('.online').height / innerHeight,
        document.documentElement.scrollHeight - innerHeight,
        Number.parseFloat(getComputedStyle(document.querySelector('.language') ?? document.body, '::after').width),
        Number.parseFloat(getComputedStyle(document.documentElement).fontSize),
      ];
    });
    expect(chart).toBeGreaterThan(0.88);
    expect(number).toBeGreaterThan(0.28);
    expect(overflow).toBe(0);
    expect(em).toBeGreaterThan(height / 60);
    expect(arrow).toBeCloseTo(0.4 * Number(em), 0);
  });
});
