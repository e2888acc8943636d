import { describe, expect, test } from 'vitest';
import type { PuppeteerTab } from '../src/browser.ts';
import { chromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { leftoversOf, noLeftovers, watchLeftovers } from '../src/leftovers.ts';
import { scriptOf, useWidgets, type WidgetPage } from '../src/widget-page.ts';

const { server, startSite, open, allShow, counts, keepsCounting } = useWidgets(chromium.launch);

/** Publishes a page that does what is given before it loads the widget's script, and opens it. */
async function openPage(
  markup: string,
  { before = '', prepare }: { before?: string; prepare?: (tab: PuppeteerTab) => Promise<unknown> } = {},
) {
  const site = await startSite();
  return open(
    site.publish(`${before && `<script>${before}</script>`}${scriptOf(server().url)}${markup}`),
    async (tab) => {
      await watchLeftovers(tab.page);
      await prepare?.(tab);
    },
  );
}

/** Waits until no widget is left, and nothing that one has started. */
async function expectNothingLeft(page: WidgetPage<PuppeteerTab>) {
  await page.page.evaluate(() => {
    for (const element of document.querySelectorAll('live-visitors')) element.remove();
  });
  await eventually(async () => {
    expect(await leftoversOf(page.page)).toEqual(noLeftovers);
    const metrics = await (await fetch(`${server().url}/metrics`)).text();
    expect(metrics).toContain('\nlive_visitors_streams 0\n');
  });
  await counts({ online: 0, browsers: 0 });
}

const long = 'x'.repeat(10_000);

describe('odd attributes', () => {
  const servers = [
    'javascript:alert(1)',
    '',
    '//',
    '//visitors.example.com',
    '/',
    'data:text/plain,x',
    'blob:https://visitors.example.com/x',
    'file:///etc/passwd',
    'http://',
    'https://visitors.example.com:99999',
    long,
    '"><img src=x onerror=alert(1)>',
    '\u0000\ud800',
  ].map((value) => ({ value, name: JSON.stringify(value).slice(0, 40) }));

  test.each(servers)('server=$name is refused, and nothing is asked of anyone', async ({ value }) => {
    const asked: string[] = [];
    const page = await openPage('<live-visitors hidden></live-visitors>', {
      before: `document.addEventListener('DOMContentLoaded', () => {
        document.querySelector('live-visitors').setAttribute('server', ${JSON.stringify(value).replaceAll('<', '\\u003c')});
      }, { once: true });`,
      prepare: async ({ page }) => page.on('request', (request) => asked.push(new URL(request.url()).pathname)),
    });
    await eventually(async () => expect(await page.widgets()).toMatchObject([{ number: '–', state: 'refused' }]));
    const [widget] = await page.widgets();
    expect(widget?.title).toMatch(
      /^"server" must be a URL such as https:\/\/visitors\.example\.com, but is ".{0,80}"\.$/s,
    );
    await eventually(async () => expect(await leftoversOf(page.page)).toEqual(noLeftovers));
    expect(asked.filter((path) => path !== '/0')).toEqual(['/widget.js']);
    expect(page.logged).toEqual([]);

    await page.page.$eval('live-visitors', (element) => element.removeAttribute('server'));
    await allShow(1);
  });

  test('lang, format and label may be anything, and none of it becomes markup', async () => {
    const page = await openPage(`
      <live-visitors lang="x-klingon-😀"></live-visitors>
      <live-visitors lang="${long}"></live-visitors>
      <live-visitors lang="en_US" format="nonsense"></live-visitors>
      <live-visitors lang="__proto__" format></live-visitors>
      <live-visitors lang="constructor"></live-visitors>
      <live-visitors lang="tlh" observe="false"></live-visitors>
      <live-visitors label="&lt;img src=x onerror=alert(1)&gt;"></live-visitors>
      <live-visitors label="${long}"></live-visitors>
      <svg lang="pt"><foreignObject><live-visitors></live-visitors></foreignObject></svg>`);
    await allShow(1);
    const labels = (await page.widgets()).map(({ label }) => label);
    expect(labels.slice(0, 6)).toEqual(Array(6).fill('visitor online'));
    expect(labels.slice(6, 8)).toEqual(['<img src=x onerror=alert(1)>', long]);
    expect(
      await page.page.$$eval('live-visitors', (all) =>
        all.map((each) => each.shadowRoot?.querySelectorAll('*').length),
      ),
    ).toEqual(Array(9).fill(3));
    await expectNothingLeft(page);
  });
});

describe('a widget that is', () => {
  test.each([['observe'], ['server="%s"'], ['server="%s" observe lang="es"']])(
    'removed, where it had %s before the script came, leaves nothing behind',
    async (attributes) => {
      const page = await openPage(`<live-visitors ${attributes.replace('%s', server().url)}></live-visitors>`);
      await allShow(attributes.includes('observe') ? 0 : 1);
      await expectNothingLeft(page);
    },
  );

  test('removed and added again 100 times is one visitor and one visit', async () => {
    const page = await openPage('<p><live-visitors></live-visitors>');
    await allShow(1);
    await page.page.evaluate(async () => {
      const element = document.querySelector('live-visitors');
      const parent = element?.parentElement;
      if (!element || !parent) throw new Error('there is no widget');
      for (let i = 0; i < 100; i++) {
        element.remove();
        parent.append(element);
      }
      const pauses = [
        () => Promise.resolve(),
        () => new Promise((resolve) => setTimeout(resolve)),
        () => new Promise((resolve) => requestAnimationFrame(resolve)),
        () => new Promise((resolve) => setTimeout(resolve, Math.random() * 30)),
      ];
      for (let i = 0; i < 100; i++) {
        element.remove();
        await pauses[i % 4]?.();
        parent.append(element);
        await pauses[Math.floor(i / 4) % 4]?.();
      }
    });
    await allShow(1);
    await keepsCounting({ online: 1, browsers: 1, visits: 1 });
    await expectNothingLeft(page);
  });

  test('moved between documents goes on, and stops in one that nobody sees', async () => {
    const page = await openPage('<live-visitors></live-visitors><iframe></iframe>');
    await allShow(1);
    await page.page.evaluate(() => {
      const element = document.querySelector('live-visitors');
      const inner = document.querySelector('iframe')?.contentDocument;
      if (!element || !inner) throw new Error('there is no widget');
      Object.assign(window, { element });
      for (let i = 0; i < 10; i++) {
        inner.body.append(inner.adoptNode(element));
        document.body.append(element);
      }
      inner.body.append(element);
    });
    const shown = () =>
      page.page.evaluate(() => {
        const { element } = window as unknown as { element: HTMLElement };
        const number = element.shadowRoot?.querySelector('[part~="number"]');
        if (!number) throw new Error('the widget is empty');
        return {
          number: number.textContent,
          weight: element.ownerDocument.defaultView?.getComputedStyle(number).fontWeight,
        };
      });
    await eventually(async () => expect(await shown()).toEqual({ number: '1', weight: '600' }));
    await counts({ online: 1, browsers: 1 });

    await page.page.evaluate(() => {
      const hidden = document.implementation.createHTMLDocument();
      hidden.body.append((window as unknown as { element: HTMLElement }).element);
      (window as unknown as { element: HTMLElement }).element.setAttribute('server', 'https://visitors.example.com');
      (window as unknown as { element: HTMLElement }).element.removeAttribute('server');
    });
    await eventually(async () => expect(await leftoversOf(page.page)).toEqual(noLeftovers));
    await page.page.evaluate(() => document.body.append((window as unknown as { element: HTMLElement }).element));
    await allShow(1);
    await expectNothingLeft(page);
  });

  test('in a frame that is removed leaves nothing behind', async () => {
    const page = await openPage('<live-visitors></live-visitors><iframe></iframe>');
    await allShow(1);
    await page.page.evaluate(() => {
      const frame = document.querySelector('iframe');
      const element = document.querySelector('live-visitors');
      if (element) frame?.contentDocument?.body.append(element);
    });
    await counts({ online: 1 });
    await page.page.evaluate(() => {
      document.querySelector('iframe')?.remove();
    });
    await expectNothingLeft(page);
  });

  test('cloned, parsed and copied by any means is a widget like others', async () => {
    const page = await openPage(
      '<template><live-visitors lang="es"></live-visitors></template><div><live-visitors></live-visitors></div>',
    );
    await allShow(1);
    await page.page.evaluate(() => {
      const parent = document.querySelector('div');
      const template = document.querySelector('template');
      if (!parent || !template) throw new Error('there is no such element');
      const copies = [
        parent.cloneNode(true),
        template.content.cloneNode(true),
        document.importNode(template.content, true),
        new DOMParser().parseFromString('<live-visitors></live-visitors>', 'text/html').body,
        document.createElement('live-visitors'),
        document.createRange().createContextualFragment('<live-visitors></live-visitors>'),
      ];
      parent.append(...copies);
      parent.insertAdjacentHTML('beforeend', '<live-visitors></live-visitors>');
      parent.attachShadow({ mode: 'closed' }).append(document.createElement('live-visitors'));
      document.body.setHTMLUnsafe(
        `${document.body.getHTML()}<live-visitors><template shadowrootmode="open">x</template></live-visitors>`,
      );
    });
    await allShow(1);
    expect((await page.widgets()).length).toBeGreaterThan(7);
    await keepsCounting({ online: 1, browsers: 1, visits: 1 });
    await expectNothingLeft(page);
  });

  test('changed in loops, by whom it tells of its changes too, ends as it is left', async () => {
    const page = await openPage('<live-visitors></live-visitors><live-visitors observe></live-visitors>');
    await allShow(1);
    await page.page.evaluate(() => {
      const [first, second] = document.querySelectorAll('live-visitors');
      if (!first || !second) throw new Error('there are no widgets');
      for (let i = 0; i < 1000; i++) {
        first.toggleAttribute('observe');
        first.setAttribute('server', i % 2 ? 'nonsense' : `https://visitors-${i}.example.com`);
        first.setAttribute('lang', `x${i}`);
        first.setAttribute('label', String(i));
      }
      for (const name of first.getAttributeNames()) first.removeAttribute(name);
      let left = 200;
      const again = () => {
        if (left-- <= 0) return;
        second.toggleAttribute('observe');
        second.remove();
        document.body.append(second);
        second.setAttribute('server', 'nonsense');
        second.removeAttribute('server');
      };
      second.addEventListener('snapshot', again);
      second.addEventListener('connection', again);
      Object.assign(window, {
        stop() {
          second.removeEventListener('snapshot', again);
          second.removeEventListener('connection', again);
        },
      });
    });
    await allShow(1);
    await keepsCounting({ online: 1, browsers: 1, visits: 1 });
    await page.page.evaluate(() => (window as unknown as { stop: () => void }).stop());
    await expectNothingLeft(page);
  });

  test('removed by whom it tells of its first change leaves nothing behind', async () => {
    const page = await openPage('', {
      before: `addEventListener('DOMContentLoaded', () => {
        for (const type of ['connection', 'snapshot', 'connection']) {
          const element = document.createElement('live-visitors');
          element.addEventListener(type, () => element.remove(), { once: true });
          document.body.append(element);
        }
      }, { once: true });`,
    });
    await eventually(async () => expect(await page.page.$('live-visitors')).toBeNull());
    await eventually(async () => expect(await leftoversOf(page.page)).toEqual(noLeftovers));
    await keepsCounting({ online: 0 });
  });
});

describe('a page that', () => {
  test('freezes and extends the prototypes of the language has a live widget', async () => {
    const page = await openPage('<live-visitors></live-visitors>', {
      before: `
        Object.prototype.extra = Array.prototype.extra = function () { throw new Error('extra'); };
        Array.prototype.toJSON = String.prototype.toJSON = function () { return 'x'; };
        for (const kind of [Object, Array, Function, String, Promise, Map, Set, Error, EventTarget, HTMLElement, Element, Node]) {
          Object.freeze(kind.prototype);
        }
        Object.freeze(Object); Object.freeze(Array); Object.freeze(Promise);`,
    });
    await allShow(1);
    await counts({ online: 1, visits: 1 });
    await expectNothingLeft(page);
  });

  test.each([
    ['fetch', 'window.fetch = () => { throw new Error("no"); };'],
    ['BroadcastChannel', 'window.BroadcastChannel = class { constructor() { throw new Error("no"); } };'],
    ['a BroadcastChannel that is not there', 'delete window.BroadcastChannel;'],
    ['constructed style sheets', 'window.CSSStyleSheet = class { constructor() { throw new Error("no"); } };'],
    ['the Navigation API', 'var navigation = [];'],
    ['locks that show nothing', 'navigator.locks.query = async () => ({});'],
    ['locks that never come', 'navigator.locks.request = () => new Promise(() => {}); setTimeout(() => {}, 0);'],
  ])('breaks %s has a widget that shows no wrong number, and no error', async (_, before) => {
    const page = await openPage('<live-visitors></live-visitors>', { before });
    await eventually(async () => expect((await page.widgets())[0]?.number).toBeDefined());
    await eventually(async () => {
      const [widget] = await page.widgets();
      expect([widget?.number, widget?.state]).toEqual(
        before.includes('locks.request') ? ['–', 'connecting'] : ['1', 'live'],
      );
    });
  });

  test('has an element of that name already keeps it', async () => {
    const page = await openPage('<live-visitors></live-visitors>', {
      before: `customElements.define('live-visitors', class extends HTMLElement { connectedCallback() { this.textContent = 'mine'; } });`,
    });
    await eventually(async () =>
      expect(await page.page.$eval('live-visitors', ({ textContent }) => textContent)).toBe('mine'),
    );
    expect(await leftoversOf(page.page)).toEqual(noLeftovers);
    await keepsCounting({ online: 0 });
  });

  test('has the script twice, and writes it once more, has one visitor', async () => {
    const { url } = server();
    const page = await openPage(`
      <live-visitors></live-visitors>
      ${scriptOf(url)}
      <script>document.write('<script src="${url}/widget.js"><\\/script><live-visitors></live-visitors>');</script>
      <script>
        document.head.append(Object.assign(document.createElement('script'), { src: '${url}/widget.js?again' }));
      </script>`);
    await allShow(1);
    expect(await page.widgets()).toHaveLength(2);
    await keepsCounting({ online: 1, browsers: 1 });
    await expectNothingLeft(page);
  });

  test('writes the script and nothing else has a live widget', async () => {
    const site = await startSite();
    const markup = `<script>document.write('<script src="${server().url}/widget.js"><\\/script><live-visitors></live-visitors>');</script>`;
    await open(site.publish(markup));
    await allShow(1);
  });

  test('has the script as a module, inline or as a data URL, is told to name the server', async () => {
    const code = await (await fetch(`${server().url}/widget.js`)).text();
    const site = await startSite();
    for (const script of [
      `<script type="module" src="${server().url}/widget.js"></script>`,
      `<script>${code}</script>`,
      `<script src="data:text/javascript;base64,${Buffer.from(code).toString('base64')}"></script>`,
    ]) {
      const page = await open(
        site.publish(`${script}<img name="currentScript" src=""><live-visitors></live-visitors>`),
      );
      await eventually(async () => expect(await page.widgets()).toMatchObject([{ number: '–', state: 'refused' }]));
      expect((await page.widgets())[0]?.title).toMatch(/^"server" must be a URL/);
      await page.page.$eval('live-visitors', (element, url) => element.setAttribute('server', url), server().url);
      await eventually(async () => expect(await page.widgets()).toMatchObject([{ state: 'live' }]));
    }
  });

  test('has it in a sandboxed frame is counted, from both', async () => {
    const site = await startSite();
    const inner = site.publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`);
    const page = await openPage(
      `<live-visitors></live-visitors><iframe sandbox="allow-scripts" src="${inner}"></iframe>`,
    );
    await allShow(2);
    expect(page.logged).toEqual([]);
    await page.page.$eval('iframe', (frame) => frame.remove());
    await allShow(1);
    await expectNothingLeft(page);
  });
});
