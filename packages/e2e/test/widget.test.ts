import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from 'puppeteer-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { installed, launchChromium, launchFirefox, launchWholeChromium } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { startBuilt } from '../src/program.ts';
import { scriptOf, useWidgets } from '../src/widget-page.ts';

const guide = readFileSync(new URL('../../../docs/embedding.md', import.meta.url), 'utf8');

/** The first block of code in the guide that is in a language, and has these words in it, for a server. */
function fromGuide(server: string, language: string, words = ''): string {
  const blocks = [...guide.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, is, code = '']) => ({ is, code }));
  const block = blocks.find(({ is, code }) => is === language && code.includes(words));
  if (block === undefined) throw new Error(`the guide has no ${language} with "${words}" in it`);
  return block.code.replaceAll('https://visitors.example.com', server);
}

/** The headers that the guide has a site with a strict policy send. */
function strictHeaders(server: string): Record<string, string> {
  const [name = '', policy = ''] = fromGuide(server, 'http').split(/:\s+(.*)/s);
  return { [name]: policy.replaceAll(/\s+/g, ' ').trim() };
}

const browsers = [
  { name: 'Chromium', launch: launchChromium, missing: false },
  { name: 'Firefox', launch: launchFirefox, missing: !installed.firefox },
];
for (const { name, launch, missing } of browsers) {
  describe.skipIf(missing)(`widgets on two other sites in ${name}${missing ? ' (it is not installed)' : ''}`, () => {
    const { server, startSite, open, close, pages, allShow, counts, keepsCounting } = useWidgets(launch);

    test('are live in 14 tabs under a strict policy, on one stream for each site, and follow every open and close', async () => {
      const { url } = server();
      const markup = `${fromGuide(url, 'html')}<img src="${url}/badge.svg" alt="">`;
      const urls = [await startSite('127.0.0.1'), await startSite('localhost')].map((site) =>
        site.publish(markup, strictHeaders(url)),
      );
      for (let i = 0; i < 7; i++) for (const each of urls) await open(each);
      await allShow(14);
      await counts({ browsers: 2, visits: 14 });

      for (const index of [5, 0, 0]) {
        const page = pages()[index];
        if (page) await close(page);
        await allShow(pages().length);
      }
      for (const each of urls) {
        await open(each);
        await allShow(pages().length);
      }
      await keepsCounting({ online: 13, browsers: 2, visits: 16 });
      const badge = await pages()[0]?.page.$eval('img', (image) => image.naturalWidth);
      expect(badge).toBeGreaterThan(0);
      // Its own styles are there as well.
      expect(await pages()[0]?.style('number', 'font-weight')).toBe('600');
      expect(pages().flatMap(({ logged }) => logged)).toEqual([]);
    });
  });
}

describe('a widget', () => {
  const { server, startSite, open, allShow, counted, counts, keepsCounting, restartServer } =
    useWidgets(launchChromium);

  /** Publishes a page with the widget's script, and opens it. */
  async function openPage(markup: string, prepare?: (page: Page) => Promise<unknown>) {
    const site = await startSite();
    return open(site.publish(scriptOf(server().url) + markup), { ...(prepare && { prepare }) });
  }

  test('of a site that is not allowed says so and why, is not counted, and leaves the console alone', async () => {
    const strict = await startBuilt({ settings: { ALLOWED_ORIGINS: 'https://example.com' } });
    onTestFinished(strict.kill);
    const site = await startSite();
    const page = await open(site.publish(`${scriptOf(strict.url)}<live-visitors></live-visitors>`), {
      prepare: record,
    });
    const reason = `Pages of "${site.origin}" may not read this count. ALLOWED_ORIGINS must list them.`;
    await eventually(async () =>
      expect(await page.widgets()).toEqual([
        { number: '–', label: 'visitors online', state: 'refused', title: reason },
      ]),
    );
    const { connection } = await recorded(page.page);
    expect(connection).toEqual([{ state: 'connecting' }, { state: 'refused', reason, inMs: expect.any(Number) }]);

    // It asks again after half a minute.
    await eventually(async () => {
      const metrics = await (await fetch(`${strict.url}/metrics`)).text();
      expect(metrics).toContain('live_visitors_refusals_total{reason="origin"} 2');
    });
    expect(page.logged).toEqual([]);
    const response = await fetch(`${strict.url}/visitors`);
    expect(await response.json()).toMatchObject({ online: 0, browsers: 0, visits: 0 });
  });

  test('shares one stream and one place in the count with all others on the page', async () => {
    const { page } = await openPage('<live-visitors></live-visitors>'.repeat(30));
    await allShow(1);
    await open(page.url());
    await allShow(2);
    await keepsCounting({ online: 2, browsers: 1, visits: 2 });
  });

  test('that observes is shown the count without being in it, unless another on its page counts', async () => {
    const page = await openPage('<live-visitors observe></live-visitors>');
    await allShow(0);
    await openPage('<live-visitors observe></live-visitors><live-visitors></live-visitors>');
    await allShow(1);
    await counts({ online: 1, browsers: 1, visits: 1 });

    await page.page.$eval('live-visitors', (element) => element.removeAttribute('observe'));
    await allShow(2);
    await counts({ online: 2, visits: 2 });
    await page.page.$eval('live-visitors', (element) => element.setAttribute('observe', ''));
    await allShow(1);
    await page.page.$eval('live-visitors', (element) => element.removeAttribute('observe'));
    await allShow(2);
    await keepsCounting({ visits: 2 });
  });

  test('that leads its site may become an observer, and leaves those whom it led in the count', async () => {
    const leading = await openPage('<live-visitors></live-visitors>');
    await allShow(1);
    await open(leading.page.url());
    await allShow(2);
    await leading.page.$eval('live-visitors', (element) => element.setAttribute('observe', ''));
    await allShow(1);
    await keepsCounting({ online: 1, browsers: 1, visits: 2 });
    await leading.page.$eval('live-visitors', (element) => element.removeAttribute('observe'));
    await allShow(2);
    await keepsCounting({ online: 2, browsers: 1, visits: 2 });
  });

  test('speaks the language of its page, or its own, and says what it is told to', async () => {
    const page = await openPage(`
      <live-visitors></live-visitors>
      <live-visitors lang="pt-BR"></live-visitors>
      <p lang="es"><live-visitors></live-visitors></p>
      <live-visitors lang="de"></live-visitors>
      <live-visitors label="here <b>now</b>"></live-visitors>
      <live-visitors label=""></live-visitors>`);
    const labels = async () => (await page.widgets()).map(({ label }) => label);
    const english = 'visitor online';
    await allShow(1);
    expect(await labels()).toEqual([english, 'visitante online', 'visitante en línea', english, 'here <b>now</b>', '']);

    const { leave } = await arrive(server().url, 64);
    onTestFinished(leave);
    await allShow(65);
    expect((await labels()).slice(0, 4)).toEqual([
      'visitors online',
      'visitantes online',
      'visitantes en línea',
      'visitors online',
    ]);
    await page.page.$eval('live-visitors', (element) => element.setAttribute('lang', 'es'));
    await page.page.$eval('live-visitors', (element) => element.setAttribute('label', 'aquí'));
    expect((await labels())[0]).toBe('aquí');
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
      // The first one shows how things stand, and those that follow are a second apart.
      if (index > 1) expect(snapshot.at - Number(snapshots[index - 1]?.at)).toBeGreaterThan(500);
    }
  });

  test('is as good as hidden where its page shows the count in a way of its own, as the guide has it', async () => {
    const site = await startSite();
    const { page } = await open(site.publish(fromGuide(server().url, 'html', 'snapshot')));
    const shown = () => page.$eval('#online', (output) => [output.textContent, (output as HTMLElement).style.opacity]);
    await eventually(async () => expect(await shown()).toEqual(['1', '1']));
    await server().kill();
    await eventually(async () => expect(await shown()).toEqual(['1', '0.5']));
  });

  test('is styled by its page from outside, and not shown while it is hidden', async () => {
    const page = await openPage(`
      <style>
        live-visitors { --live-visitors-live-color: rgb(1, 2, 3); --live-visitors-number-width: 90px; }
        live-visitors::part(number live) { color: rgb(4, 5, 6); }
        live-visitors::part(label) { font-weight: 900; }
      </style>
      <live-visitors></live-visitors>`);
    await allShow(1);
    expect(await page.style('dot', 'background-color')).toBe('rgb(1, 2, 3)');
    expect(await page.style('number', 'color')).toBe('rgb(4, 5, 6)');
    expect(await page.style('number', 'min-width')).toBe('90px');
    expect(await page.style('label', 'font-weight')).toBe('900');
    const display = () => page.page.$eval('live-visitors', (element) => getComputedStyle(element).display);
    expect(await display()).toBe('inline-flex');
    await page.page.$eval('live-visitors', (element) => element.setAttribute('hidden', ''));
    expect(await display()).toBe('none');
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

  test('leaves the count with its page, or when it is removed, and comes back with either', async () => {
    await openPage('<live-visitors></live-visitors>');
    const page = await openPage('<live-visitors></live-visitors>');
    await allShow(2);
    await page.page.goto('about:blank');
    await counts({ online: 1 });
    await page.page.goBack();
    await allShow(2);
    await page.page.evaluate(() => {
      const element = document.querySelector('live-visitors');
      Object.assign(globalThis, { element });
      element?.remove();
    });
    await allShow(1);
    const { visits } = await counted();
    await page.page.evaluate(() => document.body.append((globalThis as unknown as { element: Element }).element));
    await allShow(2);
    await keepsCounting({ visits });
  });
});

describe('the subscription', () => {
  const { server, startSite, open, allShow, counts, keepsCounting } = useWidgets(launchChromium);

  /** Opens a page that has imported the module, to which it adds what is given. */
  async function openModule(code: string, markup = '') {
    const site = await startSite();
    const { url } = server();
    return open(
      site.publish(`${markup}<script type="module">
        import { subscribe } from '${url}/subscribe.js';
        const server = '${url}';
        globalThis.told = [];
        ${code}
      </script>`),
    );
  }

  const told = (page: Page) => page.evaluate(() => (globalThis as unknown as { told: unknown[] }).told);

  test('counts its tab in, tells of each snapshot, and counts it out when it is stopped', async () => {
    const { page } = await openModule(`
      globalThis.stop = subscribe(
        { server, onConnection: ({ state }) => told.push(state) },
        ({ online }) => told.push(online),
      );`);
    await eventually(async () => expect(await told(page)).toEqual(['connecting', 'live', 1, 1, 1]));
    await counts({ online: 1, visits: 1 });
    await page.evaluate(() => (globalThis as unknown as { stop: () => void }).stop());
    await counts({ online: 0, visits: 1 });
    const { length } = await told(page);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await told(page)).toHaveLength(length);
  });

  test('can be stopped by whoever is told, and goes on when one of them throws', async () => {
    const page = await openModule(`
      let thrown = 0;
      subscribe({ server }, () => { if (thrown++ < 2) throw new Error('of the page'); });
      const stopFirst = subscribe({ server }, () => { told.push('first'); stopFirst(); });
      setTimeout(() => {
        const stopLast = subscribe({ server }, () => { told.push('last'); stopLast(); });
      }, 1500);
      subscribe({ server }, () => told.push('other'));`);
    await eventually(async () => {
      const all = await told(page.page);
      expect(all.filter((each) => each === 'other').length).toBeGreaterThan(3);
      expect(all.filter((each) => each !== 'other')).toEqual(['first', 'last']);
    });
    expect(page.errors.splice(0)).toEqual(Array(2).fill('Error: of the page'));
    await keepsCounting({ online: 1 });
  });

  test.each([['visitors.example.com'], [''], ['javascript:alert(1)'], ['//visitors.example.com'], [undefined]])(
    'says what a server must be where it is %j',
    async (given) => {
      const { page } = await openModule(`
        try {
          subscribe({ server: ${JSON.stringify(given)} }, () => {});
        } catch (error) {
          told.push(error.name, error.message);
        }`);
      await eventually(async () =>
        expect(await told(page)).toEqual([
          'TypeError',
          `"server" must be a URL such as https://visitors.example.com, but is "${given}".`,
        ]),
      );
    },
  );

  test('is used as the guide has it', async () => {
    const { url } = server();
    const code = fromGuide(url, 'js').replace('./subscribe.js', `${url}/subscribe.js`);
    const { page } = await open((await startSite()).publish(`<script type="module">${code}</script>`));
    await eventually(async () => expect(await page.title()).toBe('1 here now'));
  });

  test('and the widget are one tab on one stream', async () => {
    const { page } = await openModule(
      'subscribe({ server }, ({ online }) => told.push(online));',
      `${scriptOf(server().url)}<live-visitors></live-visitors>`,
    );
    await allShow(1);
    await eventually(async () => expect((await told(page)).length).toBeGreaterThan(3));
    expect(new Set(await told(page))).toEqual(new Set([1]));
    await keepsCounting({ online: 1, browsers: 1, visits: 1 });
    await page.$eval('live-visitors', (element) => element.remove());
    const { length } = await told(page);
    await eventually(async () => expect((await told(page)).length).toBeGreaterThan(length + 2));
    expect(new Set(await told(page))).toEqual(new Set([1]));
    await keepsCounting({ online: 1, visits: 1 });
  });
});

describe('a site over plain HTTP', () => {
  const { server, startSite, open, close, pages, allShow, keepsCounting } = useWidgets(() =>
    launchChromium('--host-resolver-rules=MAP *.test 127.0.0.1'),
  );

  test('has no locks; widget and subscription are live on it, and one visitor for each tab', async () => {
    const url = server().url.replace('localhost', 'visitors.test');
    const site = await startSite('site.test');
    const address = site.publish(`${scriptOf(url)}<live-visitors></live-visitors>
      <script type="module">
        import { subscribe } from '${url}/subscribe.js';
        subscribe({ server: '${url}' }, () => {});
      </script>`);
    const page = await open(address);
    expect(await page.page.evaluate(() => isSecureContext || 'locks' in navigator)).toBe(false);
    await allShow(1);
    await open(address);
    await allShow(2);
    await keepsCounting({ online: 2, browsers: 2, visits: 2 });
    await close(page);
    await allShow(1);
    expect(pages().flatMap(({ logged }) => logged)).toEqual([]);
  });
});

describe.skipIf(!installed.chromium)(
  `a widget in a whole Chromium${installed.chromium ? '' : ' (none is installed)'}`,
  () => {
    const { server, startSite, open, allShow, counts, keepsCounting } = useWidgets(launchWholeChromium);

    test('is no new visit when its page comes out of the back/forward cache', async () => {
      const site = await startSite();
      const { page } = await open(site.publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`));
      await allShow(1);
      await page.evaluate(() => Object.assign(globalThis, { isMarked: true }));
      await page.goto('about:blank');
      await counts({ online: 0 });
      await page.goBack();
      await allShow(1);
      expect(await page.evaluate(() => 'isMarked' in globalThis)).toBe(true);
      await keepsCounting({ online: 1, visits: 1 });
    });

    test('is not counted before its prerendered page is shown', async () => {
      const site = await startSite();
      const widget = site.publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`);
      const { page } = await open(
        site.publish(`<script type="speculationrules">
          { "prerender": [{ "urls": ["${widget}"], "eagerness": "immediate" }] }
        </script><a href="${widget}">on</a>`),
      );
      await eventually(() => expect(site.hits(widget)).toBe(1));
      await keepsCounting({ online: 0, visits: 0 });
      await Promise.all([page.waitForNavigation(), page.click('a')]);
      expect(site.hits(widget)).toBe(1);
      await allShow(1);
      await keepsCounting({ online: 1, visits: 1 });
    });
  },
);

type Recorded = { snapshot: { at: number }[]; connection: { state: string }[] };

/** Records what the events of every widget bear, from the first one on. */
const record = (page: Page) =>
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

/** Records each number that the first widget shows, once it is there. */
const recordNumbers = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    const numbers: string[] = [];
    Object.assign(globalThis, { numbers });
    const timer = setInterval(() => {
      const number = document.querySelector('live-visitors')?.shadowRoot?.querySelector('[part~="number"]');
      if (!number) return;
      clearInterval(timer);
      const add = () => {
        const text = number.textContent ?? '';
        if (text !== numbers.at(-1)) numbers.push(text);
      };
      add();
      new MutationObserver(add).observe(number, { childList: true });
    });
  });

/** Lets another browser arrive with so many tabs, in its own place if it is there already. */
async function arrive(server: string, tabs: number, id: string = randomUUID()) {
  const abort = new AbortController();
  const response = await fetch(`${server}/stream?browser=${id}&tabs=${tabs}`, { signal: abort.signal });
  expect(response.status).toBe(200);
  const drained = response.body?.pipeTo(new WritableStream()).catch(() => {});
  return {
    async leave() {
      abort.abort();
      await drained;
    },
  };
}
