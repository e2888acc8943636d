import type { Page } from 'puppeteer-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PuppeteerTab } from '../src/browser.ts';
import { chromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { fromGuide } from '../src/guide.ts';
import { startBuilt } from '../src/program.ts';
import { arrive, scriptOf, useWidgets } from '../src/widget-page.ts';

describe('a widget', () => {
  const { server, startSite, open, openPage, allShow, counted, counts, keepsCounting, restartServer } = useWidgets(
    chromium.launch,
  );

  test('of a site that is not allowed says so and why, is not counted, and leaves the console alone', async () => {
    const strict = await startBuilt({ settings: { ALLOWED_ORIGINS: 'https://example.com' } });
    onTestFinished(strict.kill);
    const site = await startSite();
    const page = await open(site.publish(`${scriptOf(strict.url)}<live-visitors></live-visitors>`), record);
    const reason = `Pages of "${site.origin}" are not allowed to read this count. To allow them, add this origin to ALLOWED_ORIGINS.`;
    await eventually(async () =>
      expect(await page.widgets()).toEqual([
        { number: '–', label: 'visitors online', state: 'refused', title: reason },
      ]),
    );
    const { connection } = await recorded(page.page);
    expect(connection).toEqual([
      { state: 'connecting' },
      { state: 'refused', reason, status: 403, inMs: expect.any(Number) },
    ]);

    // It asks again after half a minute.
    await eventually(async () => {
      const metrics = await (await fetch(`${strict.url}/metrics`)).text();
      expect(metrics).toContain('live_visitors_refusals_total{reason="origin"} 2');
    });
    expect(page.logged).toEqual([]);
    const response = await fetch(`${strict.url}/visitors`);
    expect(await response.json()).toMatchObject({ online: 0, browsers: 0, visits: 0 });
  });

  test('that comes later is told at once why it is refused, and how much of the wait is left', async () => {
    const strict = await startBuilt({ settings: { ALLOWED_ORIGINS: 'https://example.com' } });
    onTestFinished(strict.kill);
    const site = await startSite();
    const { page } = await open(site.publish(scriptOf(strict.url)));
    const waits = await page.evaluate(async () => {
      const add = () =>
        new Promise<number>((resolve) => {
          const element = document.createElement('live-visitors');
          element.addEventListener('connection', (event) => {
            const { detail } = event as CustomEvent<{ state: string; inMs: number }>;
            if (detail.state === 'refused') resolve(detail.inMs);
          });
          document.body.append(element);
        });
      await customElements.whenDefined('live-visitors');
      const first = await add();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return { first, second: await add() };
    });
    expect(waits.second).toBeGreaterThan(0);
    expect(waits.second).toBeLessThanOrEqual(waits.first - 900);
  });

  test('writes large numbers as its language does, in full or in short', async () => {
    const roomy = await startBuilt({ settings: { MAX_STREAMS_PER_ADDRESS: '1000' } });
    onTestFinished(roomy.kill);
    const site = await startSite();
    const page = await open(
      site.publish(`${scriptOf(roomy.url)}
        <live-visitors></live-visitors>
        <live-visitors lang="pt-BR"></live-visitors>
        <live-visitors format="compact"></live-visitors>
        <live-visitors format="compact" lang="es"></live-visitors>`),
    );
    const crowd = await Promise.all(Array.from({ length: 20 }, () => arrive(roomy.url, 64)));
    for (const { leave } of crowd) onTestFinished(leave);
    await eventually(async () =>
      expect((await page.widgets()).map(({ number }) => number)).toEqual(['1,281', '1.281', '1.3K', '1,3\u00a0mil']),
    );
  });

  test('tells its page of each tick once, and of each change of the connection', async () => {
    const page = await openPage(`<live-visitors server="${server().url}"></live-visitors>`, record);
    await allShow(1);
    const before = (await counted()).visitorSeconds;
    await eventually(async () => expect((await counted()).visitorSeconds).toBeGreaterThan(before + 3));
    const { snapshot: snapshots, connection } = await recorded(page.page);
    expect(connection.map(({ state }) => state)).toEqual(['connecting', 'live']);
    expect(snapshots.length).toBeGreaterThan(3);
    for (const [index, snapshot] of snapshots.entries()) {
      expect(snapshot).toMatchObject({ online: 1, browsers: 1, peak: expect.any(Number), visits: expect.any(Number) });
      // Each is of a tick of its own. On a busy machine, the time from one to the next is not a second.
      if (index > 0) expect(snapshot.at).toBeGreaterThan(Number(snapshots[index - 1]?.at));
    }
    const [first, last] = [snapshots[0], snapshots.at(-1)];
    expect(snapshots.length).toBeLessThanOrEqual(3 + (Number(last?.at) - Number(first?.at)) / 1000);

    // Neither its attributes nor its place change the connection.
    await page.page.$eval('live-visitors', (element) => {
      element.setAttribute('observe', '');
      document.body.append(element);
      element.setAttribute('page', 'a');
    });
    await allShow(0);
    expect((await recorded(page.page)).connection.map(({ state }) => state)).toEqual(['connecting', 'live']);
  });

  test('is as good as hidden where its page shows the count in a way of its own, as the guide has it', async () => {
    const site = await startSite();
    const { page } = await open(site.publish(fromGuide(server().url, 'html', 'snapshot')));
    const shown = () => page.$eval('#online', (output) => [output.textContent, (output as HTMLElement).style.opacity]);
    await eventually(async () => expect(await shown()).toEqual(['1', '1']));
    await server().kill();
    await eventually(async () => expect(await shown()).toEqual(['1', '0.5']));
  });

  test('moves nothing on its page as it loads and as the number grows', async () => {
    const site = await startSite();
    const page = await open(
      site.publish(`
        <p><live-visitors>&nbsp;</live-visitors></p>
        <p>This is below it.</p>
        <script>
          globalThis.shifts = [];
          new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
            .observe({ type: 'layout-shift', buffered: true });
          // Not before the page has been painted.
          requestAnimationFrame(() => setTimeout(() => {
            document.head.append(Object.assign(document.createElement('script'), { src: '${server().url}/widget.js' }));
          }, 200));
        </script>`),
    );
    await allShow(1);
    // What stands beside it stays where it is as well, from then on.
    await page.page.$eval('live-visitors', (element) => element.after(' are here, at this very moment.'));
    for (const online of [2, 9, 10, 9, 2]) {
      const { leave } = await arrive(server().url, online - 1, 'one-guest');
      onTestFinished(leave);
      await allShow(online);
    }
    const shifts = () => page.page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts);
    expect(await shifts()).toEqual([]);
    // It would have been seen.
    await page.page.$eval('p', (element) => Object.assign(element.style, { paddingTop: '100px' }));
    await eventually(async () => expect((await shifts()).length).toBeGreaterThan(0));
  });

  test('dims when the server is away, then shows no number, and is back with it as no new visit', async () => {
    const page = await openPage('<live-visitors></live-visitors>', recordNumbers);
    await allShow(1);
    // Once a visit has been shown, it is recorded.
    await counts({ visits: 1 });
    await server().kill();
    await eventually(async () => {
      expect(await page.widgets()).toMatchObject([{ number: '1', state: 'reconnecting' }]);
      expect(await page.style('number', 'opacity')).toBe('0.6');
    });
    await eventually(async () => expect(await page.widgets()).toMatchObject([{ number: '–', state: 'reconnecting' }]));
    await restartServer();
    await allShow(1);
    await keepsCounting({ online: 1, visits: 1 });
    const numbers = await page.page.evaluate(() => (globalThis as unknown as { numbers: string[] }).numbers);
    expect(numbers).toEqual(['–', '1', '–', '1']);
  });
});

type Recorded = { snapshot: { at: number }[]; connection: { state: string }[] };

/** Records what the events of every widget bear, from the first one on. */
const record = ({ page }: PuppeteerTab) =>
  page.evaluateOnNewDocument(() => {
    const recorded: Record<string, unknown[]> = { snapshot: [], connection: [] };
    Object.assign(globalThis, { recorded });
    new MutationObserver(() => {
      for (const element of document.querySelectorAll('live-visitors:not([recorded])')) {
        element.setAttribute('recorded', '');
        for (const [type, details] of Object.entries(recorded)) {
          element.addEventListener(type, (event) => details.push((event as CustomEvent).detail));
        }
      }
    }).observe(document, { childList: true, subtree: true });
  });

const recorded = (page: Page): Promise<Recorded> =>
  page.evaluate(() => (globalThis as unknown as { recorded: Recorded }).recorded);

/** Records each number that a widget shows, from the first one on. */
const recordNumbers = ({ page }: PuppeteerTab) =>
  page.evaluateOnNewDocument(() => {
    const numbers: string[] = [];
    Object.assign(globalThis, { numbers });
    const { prototype } = Element;
    prototype.attachShadow = new Proxy(prototype.attachShadow, {
      apply(attachShadow, element, args) {
        const root: ShadowRoot = Reflect.apply(attachShadow, element, args);
        new MutationObserver(() => {
          const text = root.querySelector('[part~="number"]')?.textContent;
          if (text && text !== numbers.at(-1)) numbers.push(text);
        }).observe(root, { childList: true, subtree: true });
        return root;
      },
    });
  });
