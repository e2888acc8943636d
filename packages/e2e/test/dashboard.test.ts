import { createServer } from 'node:http';
import type { Page } from 'puppeteer-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { viewports } from '../src/audit.ts';
import { boxOf, launchChromium, openTab, type PuppeteerTab, zoneWhereItIs } from '../src/browser.ts';
import { useBuiltServer } from '../src/built-server.ts';
import { eventually } from '../src/eventually.ts';
import { observe } from '../src/observer.ts';

const { browser, server } = useBuiltServer(launchChromium);

async function open(query = '', prepare: (page: Page) => Promise<unknown> = async () => {}): Promise<PuppeteerTab> {
  const tab = await openTab(browser(), server().url + query, async (page) => {
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'no-preference' }]);
    await prepare(page);
  });
  onTestFinished(async () => {
    await tab.close();
    expect(tab.problems).toEqual([]);
  });
  await eventually(async () => expect(await tab.connection()).toBe('live'));
  return tab;
}

/** Waits until something on a page has a text. */
const says = (tab: PuppeteerTab, selector: string, text: string | RegExp) =>
  eventually(async () => expect(await tab.text(selector)).toMatch(text));

/** Records every text that an element has had from now on. */
async function recordTexts(tab: PuppeteerTab, selector: string): Promise<() => Promise<string[]>> {
  const name = `texts of ${selector}`;
  await tab.page.$eval(
    selector,
    (element, key) => {
      const texts = [element.textContent];
      Object.assign(window, { [key]: texts });
      new MutationObserver(() => texts.push(element.textContent)).observe(element, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    },
    name,
  );
  return () => tab.page.evaluate((key) => (window as unknown as Record<string, string[]>)[key] ?? [], name);
}

describe('the number', () => {
  /** Records the texts of the digits that slide in from now on. */
  async function recordSlides(tab: PuppeteerTab): Promise<() => Promise<string[]>> {
    await tab.page.$eval('.online', (element) => {
      const slides: (string | null)[] = [];
      Object.assign(window, { slides });
      element.addEventListener('animationend', (event) => {
        if (!(event instanceof AnimationEvent && event.target instanceof Element)) return;
        if (event.pseudoElement === '') slides.push(event.target.textContent);
      });
    });
    return () => tab.page.evaluate(() => (window as unknown as { slides: string[] }).slides);
  }

  test('has digits that slide when they change, and is exactly the number all the while', async () => {
    const tab = await open();
    const texts = await recordTexts(tab, '.online');
    const slides = await recordSlides(tab);
    for (const shown of [['2'], ['2', '3']]) {
      await open();
      // The first digit may still slide in.
      await eventually(async () => expect((await slides()).filter((text) => text !== '1')).toEqual(shown));
    }
    expect(new Set(await texts())).toEqual(new Set(['1', '2', '3']));
    expect(await tab.text('.online-read')).toBe('3');
    expect(await tab.page.$eval('.online-line', ({ ariaHidden }) => ariaHidden)).toBeNull();
  });

  test('stands still for those who want less motion', async () => {
    const tab = await open('', (page) =>
      page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]),
    );
    await open();
    await says(tab, '.online', '2');
    expect(await tab.page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  test('is announced when it has changed, and not more than every ten seconds', async () => {
    const tab = await open('', (page) =>
      page.evaluateOnNewDocument(() => {
        const announced: { text: string; at: number }[] = [];
        Object.assign(window, { announced });
        new MutationObserver(() => {
          const text = document.querySelector('.announcement')?.textContent.trim() ?? '';
          if (text !== (announced.at(-1)?.text ?? '')) announced.push({ text, at: performance.now() });
        }).observe(document, { childList: true, subtree: true });
      }),
    );
    // Tabs would take too long to load on a busy machine.
    for (const { stop } of await Promise.all([1, 2, 3].map(() => observe(server().url)))) onTestFinished(stop);
    await says(tab, '.announcement', '4 visitors here right now');
    const announced = await tab.page.evaluate(
      () => (window as unknown as { announced: { text: string; at: number }[] }).announced,
    );
    expect(announced.map(({ text }) => text)).toEqual(['Live 1 visitor here right now', '4 visitors here right now']);
    expect(Number(announced[1]?.at) - Number(announced[0]?.at)).toBeGreaterThan(9000);
  });

  test('is in the title and in the icon', async () => {
    const tab = await open();
    await open();
    await eventually(async () => expect(await tab.page.title()).toBe('(2) Live Visitors'));
    const icon = await tab.page.$eval('link[rel="icon"]', ({ href }) => decodeURIComponent(href));
    expect(icon).toMatch(/^data:image\/svg\+xml,.*>2</s);
  });

  test('has its definition one hover, focus or tap away, and Escape puts it away', async () => {
    const tab = await open();
    const { page } = tab;
    const isShown = () => page.$eval('#definition', (element) => element.checkVisibility({ visibilityProperty: true }));
    expect(await isShown()).toBe(false);
    await page.hover('.browsers button');
    expect(await isShown()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await isShown()).toBe(false);
    await page.mouse.move(0, 0);
    await page.focus('.browsers button');
    expect(await isShown()).toBe(true);
    await page.$eval('.browsers button', (button) => button.blur());
    expect(await isShown()).toBe(false);
    await page.tap('.browsers button');
    await eventually(async () => expect(await isShown()).toBe(true));
    expect(await tab.text('#definition')).toBe('Each open tab counts as one visitor. Right now: 1 tab in 1 browser.');
  });
});

describe('the connection', () => {
  test('that is lost is tried again after a countdown, which is seen and not heard', async () => {
    const tab = await open();
    const shown = await recordTexts(tab, '.connection');
    const heard = await recordTexts(tab, '.announcement');
    const seen = await recordTexts(tab, '.countdown');
    await server().kill();
    const busy = createServer((_request, response) => {
      response.writeHead(503).end();
    }).listen(Number(server().port), '127.0.0.1');
    onTestFinished(() => {
      busy.close();
    });
    await eventually(async () =>
      expect(await seen()).toEqual(expect.arrayContaining([' in 3 s', ' in 2 s', ' in 1 s'])),
    );
    expect(await shown()).toEqual(['Live', 'Reconnecting']);
    expect(await tab.page.$eval('.countdown', ({ ariaHidden }) => ariaHidden)).toBe('true');
    expect(await tab.text('.online-label')).toBe('visitor here');
    await says(tab, '.age', /^\d+ s ago$/);
    await says(tab, '.announcement', /^Reconnecting\s*$/);
    expect((await heard()).map((text) => text.trim())).toEqual(['Live 1 visitor here right now', 'Reconnecting']);
    await eventually(async () => expect(await tab.page.title()).toBe('Live Visitors'));
  });
});

describe('what was before', () => {
  /** How many pixels of the chart have the colour of its line. */
  const drawn = (tab: PuppeteerTab) =>
    tab.page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.chart canvas');
      const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let pixels = 0;
      for (let at = 0; at < data.length; at += 4) {
        const [red = 0, green = 0, , alpha = 0] = data.slice(at, at + 4);
        if (alpha > 200 && green > red + 40) pixels++;
      }
      return pixels;
    });

  test('is in the chart as soon as the dashboard is there, and in words', async () => {
    const earlier = await observe(server().url);
    onTestFinished(earlier.stop);
    await eventually(() => expect(earlier.online.length).toBeGreaterThan(3));
    const tab = await open();
    await says(tab, '.summary', /^Between \d and 2 in the last minute$|^Always 2 in the last minute$/);
    await eventually(async () => expect(await drawn(tab)).toBeGreaterThan(10));
  });

  test('is told for the moment that is hovered or tapped, until something else is', async () => {
    const tab = await open();
    const { page } = tab;
    const { x, y, height } = await boxOf(page, '.u-over');
    const chart = await page.$('.u-over');
    const first = [x + 2, y + height / 2] as const;
    const isShown = () =>
      page.$eval('.chart-tooltip', (element) => element.checkVisibility({ visibilityProperty: true }));
    await page.mouse.move(...first);
    await eventually(async () => expect(await isShown()).toBe(true));
    await says(tab, '.chart-tooltip', /^\d+:\d\d:\d\d.* · [01]$/);
    // The chart is built anew in other colours.
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await eventually(async () => expect(await chart?.evaluate(({ isConnected }) => isConnected)).toBe(false));
    expect(await isShown()).toBe(true);
    await page.mouse.move(0, 0);
    expect(await isShown()).toBe(false);
    await page.touchscreen.tap(...first);
    await eventually(async () => expect(await isShown()).toBe(true));
    await page.tap('h1');
    await eventually(async () => expect(await isShown()).toBe(false));
  });

  test('goes back a day when it is asked to, and says when the most were here', async () => {
    const tab = await open('', (page) => page.emulateTimezone(zoneWhereItIs(12)));
    await says(tab, '.peak-time', /^today, \d+:\d\d/);
    const asked: string[] = [];
    tab.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    // Entries are minutes: one, or two if the next has begun meanwhile.
    const summary = /^(Between \d and|Always) 1 in the last (minute|2 minutes)$/;
    await tab.page.click('.period [value="24h"]');
    expect(await tab.page.$eval('.period [value="24h"]', ({ ariaPressed }) => ariaPressed)).toBe('true');
    await says(tab, '.summary', summary);
    await tab.page.click('.period [value="recent"]');
    await tab.page.click('.period [value="24h"]');
    await says(tab, '.summary', summary);
    // The stream is renewed after a while.
    expect(asked.filter((path) => path !== '/stream')).toEqual(['/history']);
    const csv = await fetch(await tab.page.$eval('a.csv', ({ href }) => href));
    expect(await csv.text()).toMatch(/^time.*\r?\n\d{4}-/);
  });
});

describe('the language', () => {
  test('is switched without a new stream, and kept in the address alone', async () => {
    const tab = await open('?x=1');
    const asked: string[] = [];
    tab.page.on('request', (request) => asked.push(request.url()));
    await tab.page.select('.language select', 'es');
    expect(await tab.text('.online-label')).toBe('visitante aquí ahora mismo');
    expect(new URL(tab.page.url()).search).toBe('?x=1&lang=es');
    expect(await tab.page.$eval('a.action', ({ search }) => search)).toBe('?x=1&lang=es');
    expect(await tab.page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).toEqual([
      '',
      0,
      0,
    ]);
    expect(asked).toEqual([]);
    await tab.page.reload();
    await says(tab, '.connection', 'En vivo');
    expect(await tab.page.$eval('.language select', ({ value }) => value)).toBe('es');
    expect(await tab.text('[data-message="visits"]')).toBe('Visitas');
    await tab.page.select('.language select', 'en');
    expect(await tab.text('[data-message="visits"]')).toBe('Visits');
  });
});

// In a frame that is late, the farthest move counts for all that moves in it.
test.each(Object.entries(viewports))('the time of the peak moves nothing as it comes, on a %s', async (_, viewport) => {
  const tab = await open('', (page) => page.setViewport(viewport));
  await says(tab, '.peak-time', /\d/);
  const [after, before] = await tab.page.evaluate(() => {
    const places = () =>
      [...document.querySelectorAll('dd, [data-figure]')].map((element) => element.getBoundingClientRect().x);
    const told = places();
    document.querySelector('.peak-time')?.replaceChildren();
    return [told, places()];
  });
  expect(after).toEqual(before);
});

test.each(Object.entries(viewports))('nothing moves as the dashboard comes to life, on a %s', async (_, viewport) => {
  const tab = await open('', async (page) => {
    await page.setViewport(viewport);
    await page.evaluateOnNewDocument(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
  });
  await says(tab, '.peak-time', /\d/);
  await tab.page.waitForSelector('.chart canvas');
  const shifts = await tab.page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
  expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.02);
});
