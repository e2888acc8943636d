import type { Page } from 'puppeteer-core';
import { expect, onTestFinished, test } from 'vitest';
import { launchChromium, openTab } from '../src/browser.ts';
import { useBuiltServer } from '../src/built-server.ts';
import { eventually } from '../src/eventually.ts';

const { browser, server } = useBuiltServer(launchChromium);

async function open(prepare?: (page: Page) => Promise<unknown>) {
  const tab = await openTab(browser(), server().url, prepare);
  onTestFinished(async () => {
    await tab.close();
    expect(tab.problems).toEqual([]);
  });
  await eventually(async () => expect(await tab.connection()).toBe('live'));
  return tab;
}

/** Where the plot is, once it is drawn. */
async function plotOf(page: Page) {
  const box = await (await page.waitForSelector('.plot-room canvas'))?.boundingBox();
  if (!box) throw new Error('the plot has no place on the page');
  return box;
}

test('the last day cannot be read where the server does not tell it, and the page says so', async () => {
  // A page that sees the peak rise knows when that was. This one comes after it has been recorded.
  const first = await openTab(browser(), server().url);
  const figures = async () => (await fetch(`${server().url}/visitors`)).json();
  await eventually(async () => expect(await figures()).toMatchObject({ peak: 1 }));
  await first.close();
  await eventually(async () => expect(await figures()).toMatchObject({ online: 0 }));
  const tab = await open(async (page) => {
    await page.setRequestInterception(true);
    page.on('request', (request) =>
      new URL(request.url()).pathname === '/history' ? request.respond({ status: 503 }) : request.continue(),
    );
  });
  await tab.page.click('.period [value="day"]');
  await eventually(async () => expect(await tab.text('.summary')).toBe('The last 24 hours cannot be read now'));
  expect(await tab.text('.peak-time')).toBe('');
});

test('what was before is told in words where what draws the plot cannot be loaded, and the page goes on', async () => {
  let aborted = 0;
  const tab = await open(async (page) => {
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      if (!/\/plot-[^/]*\.js/.test(request.url())) return request.continue();
      aborted++;
      return request.abort();
    });
  });
  await eventually(() => expect(aborted).toBe(1));
  await eventually(async () => expect(await tab.text('.summary')).toMatch(/in the last minute$/));
  const seconds = await tab.figure('visitorSeconds');
  await eventually(async () => expect(await tab.figure('visitorSeconds')).toBeGreaterThan(seconds));
  expect(await tab.page.$('.plot-room canvas')).toBeNull();
});

test('the tooltip tells only of moments that are known, and stays within the plot', async () => {
  const { page } = await open();
  const plot = await plotOf(page);
  const point = (share: number) => page.mouse.move(plot.x + plot.width * share, plot.y + plot.height / 2);
  const isShown = () => page.$eval('.plot-tooltip', (element) => element.checkVisibility({ visibilityProperty: true }));

  await point(0.99);
  await eventually(async () => expect(await isShown()).toBe(true));
  const box = await (await page.$('.plot-tooltip'))?.boundingBox();
  if (!box) throw new Error('the tooltip has no place on the page');
  // To the pixel: its own place is a fraction of one.
  expect(Math.round(box.x)).toBeGreaterThanOrEqual(plot.x);
  expect(Math.round(box.y)).toBeGreaterThanOrEqual(plot.y);
  expect(Math.round(box.x + box.width)).toBeLessThanOrEqual(plot.x + plot.width);
  expect(Math.round(box.y + box.height)).toBeLessThanOrEqual(plot.y + plot.height);

  // The server has just begun.
  await point(0.5);
  expect(await isShown()).toBe(false);
});
