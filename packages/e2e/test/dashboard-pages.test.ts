import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { viewports } from '../src/audit.ts';
import { launchChromium, openTab, type PuppeteerTab } from '../src/browser.ts';
import { startBufferingProxy } from '../src/buffering-proxy.ts';
import { hostileNames } from '../src/dashboard-states.ts';
import { eventually } from '../src/eventually.ts';
import { startBuilt } from '../src/program.ts';
import { startStandIn } from '../src/stand-in.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

async function startServer(settings: Record<string, string> = { LIST_PAGES: 'on' }) {
  const server = await startBuilt({ settings });
  onTestFinished(() => server.kill());
  return server;
}

/** Opens the dashboard. */
async function open(url: string, prepare: (page: Page) => Promise<unknown> = async () => {}) {
  const asked: string[] = [];
  const tab = await openTab(browser, url, async (page) => {
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await prepare(page);
  });
  onTestFinished(async () => {
    await tab.close();
    expect(tab.problems).toEqual([]);
  });
  await eventually(async () => expect(await tab.connection()).toBe('live'));
  return { tab, asked };
}

/** Is on a page with so many tabs, until it leaves. */
async function visit(url: string, name: string, tabs: number): Promise<() => void> {
  const leaving = new AbortController();
  const query = new URLSearchParams([['tabs', `${tabs}`], ...Array.from({ length: tabs }, () => ['page', name])]);
  const { body } = await fetch(`${url}/stream?${query}`, { signal: leaving.signal });
  body?.pipeTo(new WritableStream()).catch(() => {});
  onTestFinished(() => leaving.abort());
  return () => leaving.abort();
}

/** What a screen reader reads of the rows. */
const rows = ({ page }: PuppeteerTab) => page.$$eval('.pages li', (all) => all.map(({ textContent }) => textContent));
const shows = (tab: PuppeteerTab, ...expected: string[]) =>
  eventually(async () => expect(await rows(tab)).toEqual(expected));

const isFocused = ({ page }: PuppeteerTab) => page.evaluate(() => document.activeElement?.matches('.pages ol'));
/** How many names are not shown whole. */
const cut = ({ page }: PuppeteerTab) =>
  page.$$eval('.pages bdi', (all) => all.filter((name) => name.scrollWidth > name.clientWidth).length);

const withMotion = (page: Page) =>
  page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'no-preference' }]);

describe('the list of pages', () => {
  test('has the fullest page first, and follows the counts', async () => {
    const { url } = await startServer();
    const { tab } = await open(url);
    await eventually(async () => expect(await tab.text('.pages p')).toBe('Pages appear here when someone opens them.'));
    await visit(url, '/a', 1);
    const leave = await visit(url, '/b', 2);
    await shows(tab, '/b 2 visitors here', '/a 1 visitor here');
    expect(await tab.page.$eval('.pages p', (element) => element.checkVisibility())).toBe(false);
    await tab.page.select('.language select', 'es');
    await shows(tab, '/b 2 visitantes aquí', '/a 1 visitante aquí');
    leave();
    await shows(tab, '/a 1 visitante aquí');
  });

  test('keeps its rows as they are when their counts change, and slides those that change places', async () => {
    const { url } = await startServer();
    await visit(url, '/top', 9);
    await visit(url, '/a', 2);
    await visit(url, '/b', 1);
    const { tab } = await open(url, withMotion);
    await shows(tab, '/top 9 visitors here', '/a 2 visitors here', '/b 1 visitor here');
    await tab.page.evaluate(() => {
      const moved: (string | null)[] = [];
      const rows = [...document.querySelectorAll('.pages li')];
      Object.assign(window, { moved, rows });
      Element.prototype.animate = new Proxy(Element.prototype.animate, {
        apply(animate, element: Element, args) {
          moved.push(element.querySelector('bdi')?.textContent ?? null);
          return Reflect.apply(animate, element, args);
        },
      });
    });
    const moved = () => tab.page.evaluate(() => (window as unknown as { moved: string[] }).moved);
    await visit(url, '/b', 1);
    await shows(tab, '/top 9 visitors here', '/a 2 visitors here', '/b 2 visitors here');
    expect(await moved()).toEqual([]);
    await visit(url, '/b', 1);
    await shows(tab, '/top 9 visitors here', '/b 3 visitors here', '/a 2 visitors here');
    expect(await moved()).toEqual(['/b', '/a']);
    const same = await tab.page.evaluate(() => {
      const { rows } = window as unknown as { rows: Element[] };
      return [...document.querySelectorAll('.pages li')].map((row) => rows.indexOf(row));
    });
    expect(same).toEqual([0, 2, 1]);
  });

  test('moves at once for those who want less motion', async () => {
    const { url } = await startServer();
    await visit(url, '/a', 1);
    const { tab } = await open(url);
    await shows(tab, '/a 1 visitor here');
    await visit(url, '/b', 2);
    await shows(tab, '/b 2 visitors here', '/a 1 visitor here');
    expect(await tab.page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  test.each(Object.entries({ ...viewports, tablet: { width: 820, height: 1180 } }))(
    'moves nothing around it as it changes, on a %s',
    async (_, viewport) => {
      const { url } = await startServer();
      const { tab } = await open(url, (page) => page.setViewport(viewport));
      const places = () =>
        tab.page.$$eval('header, main, footer, .live-count, .chart, dl, .action', (all) =>
          all.map((element) => JSON.stringify(element.getBoundingClientRect())),
        );
      await eventually(async () => expect(await tab.text('.peak-time')).toMatch(/\d/));
      const before = await places();
      for (let page = 1; page <= 20; page++) await visit(url, `/${page}`.padEnd(100, '-'), 1);
      await eventually(async () => expect(await rows(tab)).toHaveLength(20));
      await tab.page.$eval('.pages ol', (list) => list.focus({ preventScroll: true }));
      expect(await isFocused(tab)).toBe(true);
      expect(await cut(tab)).toBe(0);
      expect(await places()).toEqual(before);
    },
  );

  test('shows hostile names as text, each in a row of its own height', async () => {
    const { url } = await startServer();
    for (const [index, name] of hostileNames.entries()) await visit(url, name, hostileNames.length - index);
    const { tab } = await open(url);
    await eventually(async () =>
      expect(await tab.page.$$eval('.pages bdi', (all) => all.map(({ textContent }) => textContent))).toEqual(
        hostileNames,
      ),
    );
    const found = await tab.page.$$eval('.pages li', (all) =>
      all.map((row) => ({
        elements: row.querySelectorAll('*').length,
        height: Math.round(row.getBoundingClientRect().height / 4),
        title: row.querySelector<HTMLElement>('bdi')?.title,
      })),
    );
    const { height } = found[0] ?? {};
    expect(found).toEqual(hostileNames.map((title) => ({ elements: 3, height, title })));
  });

  test('can be scrolled by keyboard, and shows whole names while it has the focus', async () => {
    const { url } = await startServer();
    for (let page = 1; page <= 20; page++) await visit(url, `/${page}`.padEnd(120, 'x'), 1);
    const { tab } = await open(url, (page) => page.setViewport(viewports.laptop));
    await eventually(async () => expect(await rows(tab)).toHaveLength(20));
    expect(await cut(tab)).toBe(20);
    for (let press = 0; press < 20 && !(await isFocused(tab)); press++) await tab.page.keyboard.press('Tab');
    expect(await isFocused(tab)).toBe(true);
    expect(await cut(tab)).toBe(0);
    await tab.page.keyboard.press('End');
    await eventually(async () =>
      expect(await tab.page.$eval('.pages ol', ({ scrollTop }) => scrollTop)).toBeGreaterThan(100),
    );
    await tab.page.keyboard.press('Tab');
    expect(await cut(tab)).toBe(20);
  });

  test('keeps the focus when it becomes empty, and is no stop for the keyboard after that', async () => {
    const { url } = await startServer();
    const leave = await visit(url, '/a', 1);
    const { tab } = await open(url);
    await shows(tab, '/a 1 visitor here');
    await tab.page.focus('.pages ol');
    leave();
    await shows(tab);
    expect(await isFocused(tab)).toBe(true);
    await tab.page.keyboard.press('Tab');
    expect(await tab.page.$eval('.pages ol', (list) => list.checkVisibility())).toBe(false);
  });

  test('has bars as long as the counts, also in forced colours', async () => {
    const { url } = await startServer();
    await visit(url, '/a', 4);
    await visit(url, '/b', 1);
    const { tab } = await open(url, async (page) => {
      const client = await page.createCDPSession();
      await client.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value: 'active' }] });
    });
    await shows(tab, '/a 4 visitors here', '/b 1 visitor here');
    const bars = await tab.page.$$eval('.pages li', (all) =>
      all.map((row) => {
        const { scale, borderBottomStyle, borderBottomColor } = getComputedStyle(row, '::after');
        return { scale, borderBottomStyle, isInk: borderBottomColor === getComputedStyle(row).color };
      }),
    );
    const bar = { borderBottomStyle: 'solid', isInk: true };
    expect(bars).toEqual([
      { ...bar, scale: '1' },
      { ...bar, scale: '0.25 1' },
    ]);
  });
});

test('a page with few visitors has a bar that can be seen', async () => {
  const server = await startStandIn();
  onTestFinished(() => server.stop());
  server.list([
    { name: '/a', online: 10_000 },
    { name: '/b', online: 1 },
  ]);
  const { tab } = await open(server.url);
  await shows(tab, '/a 10,000 visitors here', '/b 1 visitor here');
  const scale = await tab.page.$eval('.pages li:last-child', (row) => getComputedStyle(row, '::after').scale);
  expect(Number.parseFloat(scale)).toBeGreaterThanOrEqual(0.01);
});

describe('the list is requested', () => {
  /** A dashboard that lists a page. */
  async function openStandIn() {
    const server = await startStandIn();
    onTestFinished(() => server.stop());
    server.list([{ name: '/a', online: 1 }]);
    const { tab } = await open(server.url);
    await shows(tab, '/a 1 visitor here');
    return { server, tab };
  }

  /** How often the list is requested while so many snapshots come or, if this machine is busy, a few more. */
  async function requestsDuring(snapshots: number, { server, tab }: Awaited<ReturnType<typeof openStandIn>>) {
    const before = server.listed();
    const since = performance.now();
    const first = await tab.figure('visits');
    for (let visits = first + 1; visits <= first + snapshots; visits++) {
      server.count({ visits });
      await eventually(async () => expect(await tab.figure('visits')).toBe(visits));
    }
    return { requests: server.listed() - before, seconds: (performance.now() - since) / 1000 };
  }

  test('every other second while it is seen, and not while it is hidden', async () => {
    const opened = await openStandIn();
    const setVisibility = (value: string) =>
      opened.tab.page.evaluate((visibilityState) => {
        Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, value);
    const { requests, seconds } = await requestsDuring(6, opened);
    expect(requests).toBeGreaterThanOrEqual(2);
    expect(requests).toBeLessThanOrEqual(1 + seconds / 1.5);
    await setVisibility('hidden');
    expect((await requestsDuring(4, opened)).requests).toBeLessThanOrEqual(1);
    opened.server.list([{ name: '/b', online: 1 }]);
    expect((await requestsDuring(3, opened)).requests).toBe(0);
    await setVisibility('visible');
    await shows(opened.tab, '/b 1 visitor here');
  });

  test('not without a live stream, and is dimmed then', async () => {
    const { server, tab } = await openStandIn();
    const color = () => tab.page.$eval('.pages li', (row) => getComputedStyle(row).color);
    const live = await color();
    server.behave('silent');
    await eventually(async () => expect(await tab.connection()).toBe('stale'));
    const before = server.listed();
    await eventually(async () => expect(await tab.text('.age')).toMatch(/([4-9]|\d\d) s ago/));
    expect(server.listed()).toBe(before);
    expect(await color()).not.toBe(live);
    await tab.page.select('.language select', 'es');
    expect(await rows(tab)).toEqual(['/a 1 visitante aquí']);
  });

  test('while the stream is held back', async () => {
    const server = await startServer();
    await visit(server.url, '/a', 1);
    const { url } = await startBufferingProxy(server.port);
    const tab = await openTab(browser, url);
    onTestFinished(() => tab.close());
    await shows(tab, '/a 1 visitor here');
    expect(await tab.connection()).toBe('delayed');
  });

  test('again after a failure, until which the last list is dimmed', async () => {
    let fails = false;
    const { url } = await startServer();
    await visit(url, '/a', 1);
    const { tab } = await open(url, async (page) => {
      await page.setRequestInterception(true);
      page.on('request', (request) =>
        fails && request.url().endsWith('/pages') ? request.respond({ body: '{"pages":7}' }) : request.continue(),
      );
    });
    await shows(tab, '/a 1 visitor here');
    fails = true;
    await tab.page.waitForSelector('.pages.old');
    expect(await rows(tab)).toEqual(['/a 1 visitor here']);
    fails = false;
    await tab.page.waitForSelector('.pages:not(.old)', { timeout: 60_000 });
  });

  test.each(['off', 'private'])('by nobody who may not read it: LIST_PAGES=%s', async (listPages) => {
    const { url } = await startServer({ LIST_PAGES: listPages });
    await visit(url, '/a', 1);
    // To the server, it comes from the Internet.
    const { tab, asked } = await open(url, (page) => page.setExtraHTTPHeaders({ 'X-Forwarded-For': '203.0.113.7' }));
    const seconds = await tab.figure('visitorSeconds');
    await eventually(async () => expect(await tab.figure('visitorSeconds')).toBeGreaterThan(seconds + 6));
    expect(asked).toContain('/stream');
    expect(asked).not.toContain('/pages');
    expect(await tab.page.$('.pages')).toBeNull();
    expect(tab.logged).toEqual([]);
  });
});
