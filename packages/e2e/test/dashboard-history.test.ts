import type { Page } from 'puppeteer-core';
import { expect, onTestFinished, test } from 'vitest';
import { boxOf, launchChromium, openTab } from '../src/browser.ts';
import { startBufferingProxy } from '../src/buffering-proxy.ts';
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

test('the dashboard says so if a period cannot be loaded', async () => {
  // A dashboard that sees the peak rise knows its time. This one is opened after the peak was recorded.
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
  await tab.page.waitForSelector('.chart canvas');
  await tab.page.click('.period [value="24h"]');
  await eventually(async () => expect(await tab.text('.summary')).toBe('This period could not be loaded'));
  // There is nothing that a slider could go through.
  await tab.page.waitForSelector('.chart input', { hidden: true });
  expect(await tab.text('.peak-time')).toBe('');
});

test('a period is loaded while the stream is held back', async () => {
  const { url } = await startBufferingProxy(server().port);
  const tab = await openTab(browser(), url);
  onTestFinished(() => tab.close());
  await eventually(async () => expect(await tab.connection()).toBe('delayed'));
  await tab.page.click('.period [value="24h"]');
  await eventually(async () => expect(await tab.text('.summary')).toMatch(/in the last (minute|2 minutes)$/));
});

test('without the code of the chart, the dashboard says in words what was before, and goes on', async () => {
  let aborted = 0;
  const tab = await open(async (page) => {
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      if (!/\/chart-[^/]*\.js/.test(request.url())) return request.continue();
      aborted++;
      return request.abort();
    });
  });
  await eventually(() => expect(aborted).toBe(1));
  await eventually(async () => expect(await tab.text('.summary')).toMatch(/in the last minute$/));
  const seconds = await tab.figure('visitorSeconds');
  await eventually(async () => expect(await tab.figure('visitorSeconds')).toBeGreaterThan(seconds));
  expect(await tab.page.$('.chart canvas')).toBeNull();
});

test('without the style sheet of the chart, there is no slider for a chart that cannot be drawn', async () => {
  const { page } = await open(async (page) => {
    await page.setRequestInterception(true);
    page.on('request', (request) =>
      /\/chart-[^/]*\.css/.test(request.url()) ? request.respond({ contentType: 'text/css' }) : request.continue(),
    );
  });
  await page.waitForSelector('.chart-frame');
  await page.waitForSelector('.chart input', { hidden: true });
  expect(await page.$('.chart canvas')).toBeNull();
});

test('the chart is drawn in a browser whose language no standard knows', async () => {
  const { page } = await open((page) =>
    page.evaluateOnNewDocument(() =>
      Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true }),
    ),
  );
  await page.waitForSelector('.chart canvas');
});

test('the tooltip shows only moments with data, and stays within the chart', async () => {
  const { page } = await open();
  const plot = await boxOf(page, '.u-over');
  const chart = await boxOf(page, '.chart');
  const point = (share: number) => page.mouse.move(plot.x + plot.width * share, plot.y + plot.height / 2);
  const isShown = () =>
    page.$eval('.chart-tooltip', (element) => element.checkVisibility({ visibilityProperty: true }));

  await point(0.001);
  await eventually(async () => expect(await isShown()).toBe(true));
  const box = await boxOf(page, '.chart-tooltip');
  // To the pixel: its own place is a fraction of one.
  expect(Math.round(box.x)).toBeGreaterThanOrEqual(Math.round(chart.x));
  expect(Math.round(box.y)).toBeGreaterThanOrEqual(Math.round(chart.y));
  expect(Math.round(box.x + box.width)).toBeLessThanOrEqual(Math.round(chart.x + chart.width));
  expect(Math.round(box.y + box.height)).toBeLessThanOrEqual(Math.round(chart.y + chart.height));

  // The server has just begun: this is in the future.
  await point(0.99);
  expect(await isShown()).toBe(false);
});
