import type { Snapshot } from '@live-visitors/shared';
import type { Page } from 'puppeteer-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { chromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { readSnapshots } from '../src/observer.ts';
import { useWidgets } from '../src/widget-page.ts';

/** What was shown, by the tick: the visitor-seconds tell one from the next for as long as somebody is there. */
type Shown = Map<number, number>;

/** A newcomer's first snapshot has the totals of the tick before, which has been shown already. */
function firstOf(shown: [number, number][]): Shown {
  return new Map(shown.toReversed());
}

/** Records what the page shows from now on. Returns how to read it. */
async function recordPage(page: Page): Promise<() => Promise<Shown>> {
  await page.evaluate(() => {
    const figure = (name: string) => document.querySelector<HTMLElement>(`[data-figure="${name}"]`);
    const seconds = figure('visitorSeconds');
    if (!seconds) throw new Error('the page has no such figure');
    const shown: [number, number][] = [];
    Object.assign(window, { shown });
    new MutationObserver(() => {
      shown.push([Number(seconds.dataset.value), Number(figure('online')?.textContent)]);
    }).observe(seconds, { attributeFilter: ['data-value'] });
  });
  return async () => firstOf(await page.evaluate(() => (window as unknown as { shown: [number, number][] }).shown));
}

/** Records what a widget shows from now on. Returns how to read it. */
async function recordWidget(page: Page): Promise<() => Promise<Shown>> {
  await page.evaluate(() => {
    const widget = document.querySelector('live-visitors');
    const shown: [number, number][] = [];
    Object.assign(window, { shown });
    widget?.addEventListener('snapshot', (event) => {
      const number = widget.shadowRoot?.querySelector('[part~="number"]')?.textContent;
      shown.push([(event as CustomEvent<{ visitorSeconds: number }>).detail.visitorSeconds, Number(number)]);
    });
  });
  return async () => firstOf(await page.evaluate(() => (window as unknown as { shown: [number, number][] }).shown));
}

describe('page, widget, badge, JSON, metrics and stream', () => {
  const { browser, server, startSite, open } = useWidgets(chromium.launch);

  test('show the same number at the same tick', async () => {
    const { url } = server();
    const site = await startSite();
    const stream: Shown = new Map();
    // An observer's, who is in no figure.
    const stop = await readSnapshots(`${url}/stream?tabs=0`, ({ visitorSeconds, online }) =>
      stream.set(visitorSeconds, online),
    );
    onTestFinished(stop);
    const tab = await browser().open(url);
    onTestFinished(tab.close);
    const widget = await open(
      site.publish(`<script async src="${url}/widget.js"></script><live-visitors></live-visitors>`),
    );
    await eventually(async () => expect(await tab.figure('online')).toBe(2));
    const onPage = await recordPage(tab.page);
    const onWidget = await recordWidget(widget.page);

    for (const online of [2, 3, 4]) {
      if (online > 2) onTestFinished((await browser().open(url)).close);
      await eventually(async () => {
        const [visitors, metrics, badge] = await Promise.all(
          ['/visitors', '/metrics', '/badge.svg'].map(async (path) => (await fetch(url + path)).text()),
        );
        expect((JSON.parse(visitors ?? '') as Snapshot).online).toBe(online);
        expect(metrics).toContain(`\nlive_visitors_tabs ${online}\n`);
        expect(badge).toContain(`<title>visitors online: ${online}</title>`);
        expect([...stream.values()].at(-1)).toBe(online);
        expect(await tab.figure('online')).toBe(online);
        expect((await widget.widgets())[0]?.number).toBe(String(online));
        // Once a whole tick has been recorded of it.
        for (const shown of [await onPage(), await onWidget()]) expect([...shown.values()]).toContain(online);
      });
    }

    await eventually(async () => {
      const [page, element] = [await onPage(), await onWidget()];
      const ticks = [...stream].filter(([seconds]) => page.has(seconds) && element.has(seconds));
      expect(ticks.length).toBeGreaterThan(3);
      expect(new Set(ticks.map(([, online]) => online))).toEqual(new Set([2, 3, 4]));
      for (const [seconds, online] of ticks) {
        expect([page.get(seconds), element.get(seconds)]).toEqual([online, online]);
      }
    });
  });
});
