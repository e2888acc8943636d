import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium, openTab, zoneWhereItIs } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { startStandIn } from '../src/stand-in.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** Opens the dashboard, with its chart. */
async function open(prepare: (page: Page) => Promise<unknown>) {
  const server = await startStandIn();
  const tab = await openTab(browser, server.url, prepare);
  onTestFinished(async () => {
    await tab.close();
    await server.stop();
    expect(tab.problems).toEqual([]);
  });
  await tab.page.waitForSelector('.chart canvas');
  return { tab, page: tab.page, server };
}

/** A system colour, as it is computed. */
const systemColor = (page: Page, name: string) =>
  page.evaluate((color) => {
    document.documentElement.style.outlineColor = color;
    return getComputedStyle(document.documentElement).outlineColor;
  }, name);

const style = (page: Page, selector: string, property: string, pseudo?: string) =>
  page.$eval(
    selector,
    (element, name, part) => getComputedStyle(element, part).getPropertyValue(name),
    property,
    pseudo ?? null,
  );

/** The colours of the chart's pixels, and what share of them each has. */
const colors = (page: Page) =>
  page.$eval('.chart canvas', (canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] };
    const shares: Record<string, number> = {};
    for (let at = 0; at < data.length; at += 4) {
      const [red, green, blue, alpha] = data.slice(at, at + 4);
      const color = Number(alpha) < 255 ? 'translucent' : `rgb(${red}, ${green}, ${blue})`;
      shares[color] = (shares[color] ?? 0) + 4 / data.length;
    }
    return shares;
  });

describe('in forced colours', () => {
  async function force(page: Page) {
    const client = await page.createCDPSession();
    await client.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value: 'active' }] });
  }

  test('the state has its dot, the chosen period is marked, and buttons have edges', async () => {
    const { page } = await open(force);
    const ink = await systemColor(page, 'CanvasText');
    expect(await style(page, '.connection-line', 'border-top-color', '::before')).toBe(ink);
    expect(await style(page, '.connection-line', 'border-top-style', '::before')).toBe('solid');
    expect(await style(page, '.period [aria-pressed="true"]', 'background-color')).toBe(
      await systemColor(page, 'Highlight'),
    );
    expect(await style(page, '.period [aria-pressed="true"]', 'color')).toBe(await systemColor(page, 'HighlightText'));
    await page.click('[data-opens="embed"]');
    for (const button of ['.copy', '.action']) {
      expect(await style(page, button, 'border-top-style')).toBe('solid');
      expect(await style(page, button, 'border-top-color')).not.toBe(await systemColor(page, 'Canvas'));
    }
    expect(await style(page, '.copy', 'background-color')).toBe(ink);
    expect(await style(page, '.copy', 'color')).toBe(await systemColor(page, 'Canvas'));
    // Otherwise the browser puts a background behind the text, in the same colour.
    expect(await style(page, '.copy', 'forced-color-adjust')).toBe('none');
  });

  test('a number that is not updated does not look live', async () => {
    const { page, tab, server } = await open(force);
    expect(await style(page, '.online', 'color')).toBe(await systemColor(page, 'CanvasText'));
    server.behave('silent');
    await eventually(async () => expect(await tab.connection()).toBe('stale'));
    expect(await style(page, '.online', 'color')).toBe(await systemColor(page, 'GrayText'));
  });

  test('the chart is a line in the colour of text on the ground of the page', async () => {
    const { page } = await open(force);
    const shares = await colors(page);
    const line = shares[await systemColor(page, 'CanvasText')] ?? 0;
    expect(line).toBeGreaterThan(0.001);
    expect(line).toBeLessThan(0.1);
    expect(shares.translucent).toBeGreaterThan(0.8);
  });

  test('the chart takes the colours that are chosen while it is shown', async () => {
    const { page } = await open(async () => {});
    const ink = await systemColor(page, 'CanvasText');
    expect(Object.keys(await colors(page))).not.toContain(ink);
    await force(page);
    await eventually(async () => expect(Object.keys(await colors(page))).toContain(ink));
  });
});

test.each([
  ['recent', 'en'],
  ['30d', 'en'],
  ['recent', 'es'],
  ['recent', 'pt-BR'],
])('text of twice the size fits on the narrowest phone, with the period %s, in %s', async (period, language) => {
  const { tab, page } = await open(async (page) => {
    await page.setViewport({ width: 320, height: 640 });
    await page.emulateTimezone(zoneWhereItIs(13));
    const client = await page.createCDPSession();
    await client.send('Page.setFontSizes', { fontSizes: { standard: 32 } });
  });
  await page.select('.language select', language);
  await page.click(`.period [value="${period}"]`);
  // The widest time that the peak may have been at, three hours ago.
  if (language === 'en') await eventually(async () => expect(await tab.text('.peak-time')).toMatch(/10:\d\d.AM/));
  const [em, tooWide] = await page.evaluate(() => {
    const root = document.documentElement;
    return [getComputedStyle(root).fontSize, root.scrollWidth - root.clientWidth];
  });
  expect(em).toBe('32px');
  expect(tooWide).toBe(0);
});

test('paper has the figures and the chart in the colours of the light theme, and nothing to press', async () => {
  const { page } = await open((page) => page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]));
  const isShown = (selector: string) => page.$eval(selector, (element) => element.checkVisibility());
  const green = 'rgb(10, 117, 73)';
  expect(await colors(page)).not.toHaveProperty([green]);
  await page.emulateMediaType('print');
  await eventually(async () => expect(await colors(page)).toHaveProperty([green]));
  expect(await style(page, 'body', 'color')).toBe('rgb(21, 23, 28)');
  for (const selector of ['.online', '.summary', '.chart canvas', 'dl']) expect(await isShown(selector)).toBe(true);
  for (const selector of ['.period', '.language', 'footer']) expect(await isShown(selector)).toBe(false);
  const pages = Buffer.from(await page.pdf({ format: 'A4' }))
    .toString('latin1')
    .match(/\/Type\s*\/Page\b/g);
  expect(pages).toHaveLength(1);
});
