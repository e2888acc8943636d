import { describe, expect, onTestFinished, test } from 'vitest';
import { chromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { startBuilt } from '../src/program.ts';
import { arrive, scriptOf, useWidgets } from '../src/widget-page.ts';

describe('a widget', () => {
  const { server, startSite, open, openPage, allShow, counts, keepsCounting } = useWidgets(chromium.launch);

  test('shows the figure that it is told to, or how many are online, and of a page nothing else', async () => {
    const names = ['browsers', 'visits', 'peak', 'at', 'constructor', ''];
    const { leave } = await arrive(server().url, 2);
    onTestFinished(leave);
    const page = await openPage(
      `${names.map((figure) => `<live-visitors figure="${figure}"></live-visitors>`).join('')}
      <live-visitors figure="visits" lang="pt"></live-visitors>
      <live-visitors figure="browsers" lang="es"></live-visitors>
      <live-visitors page="a" figure="visits"></live-visitors>`,
    );
    const shown = async () => (await page.widgets()).map(({ number, label }) => `${number} ${label}`);
    const online = '3 visitors online';
    await eventually(async () =>
      expect(await shown()).toEqual([
        '2 browsers online',
        '1 visit',
        '3 peak visitors',
        online,
        online,
        online,
        '1 visita',
        '2 navegadores en línea',
        '1 visitor online',
      ]),
    );
    await page.evaluateOn('live-visitors', (element) => element.setAttribute('figure', 'visits'));
    expect((await shown())[0]).toBe('1 visit');
  });

  test('is hidden until it is known to show its minimum, and counts all the same', async () => {
    const page = await openPage(
      '<style>live-visitors { display: block }</style><live-visitors min="3"></live-visitors><live-visitors></live-visitors>',
    );
    const isSeen = () => page.evaluate(() => document.querySelector('live-visitors')?.checkVisibility());
    expect(await isSeen()).toBe(false);
    await allShow(1);
    await keepsCounting({ online: 1 });
    expect(await isSeen()).toBe(false);
    const { leave } = await arrive(server().url, 2);
    await eventually(async () => expect(await isSeen()).toBe(true));
    await leave();
    await eventually(async () => expect(await isSeen()).toBe(false));
    // As frameworks do that make the page what their server has sent.
    await page.evaluateOn('live-visitors', (element) => element.removeAttribute('below-min'));
    expect(await isSeen()).toBe(false);
    await page.evaluateOn('live-visitors', (element) => element.removeAttribute('min'));
    expect(await isSeen()).toBe(true);
  });

  test('with a minimum of 0 is hidden until its figure is known', async () => {
    const page = await openPage('<live-visitors min="0"></live-visitors>');
    const isSeen = () => page.evaluate(() => document.querySelector('live-visitors')?.checkVisibility());
    await eventually(async () => expect(await isSeen()).toBe(true));
    await page.evaluateOn('live-visitors', (element) => element.setAttribute('server', 'nowhere'));
    expect(await isSeen()).toBe(false);
  });

  test('makes no container scroll', async () => {
    const page = await openPage('<div style="overflow: auto"><live-visitors></live-visitors></div>');
    await allShow(1);
    expect(await page.evaluateOn('div', ({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBe(0);
  });

  test('has its number as near to its dot as to its words', async () => {
    const page = await openPage('<live-visitors></live-visitors>');
    await allShow(1);
    const [before = 0, after = 0] = await page.evaluateOn('live-visitors', ({ shadowRoot }) => {
      const [dot, number, label] = ['dot', 'number', 'label'].map((name) => {
        const range = document.createRange();
        const part = shadowRoot?.querySelector(`[part~="${name}"]`);
        if (part) range[part.textContent ? 'selectNodeContents' : 'selectNode'](part);
        return range.getBoundingClientRect();
      });
      return dot && number && label ? [number.left - dot.right, label.left - number.right] : [];
    });
    expect(before).toBeGreaterThan(1);
    expect(Math.abs(before - after)).toBeLessThan(1);
  });

  test('has a round dot in a column that is narrower than its words', async () => {
    const page = await openPage('<live-visitors style="max-width: 3em; white-space: normal"></live-visitors>');
    await allShow(1);
    const [width, height] = await page.evaluateOn('live-visitors', ({ shadowRoot }) => {
      const dot = shadowRoot?.querySelector('[part~="dot"]')?.getBoundingClientRect();
      return [dot?.width, dot?.height];
    });
    expect(width).toBeGreaterThan(5);
    expect(width).toBe(height);
  });

  test('has a dot that keeps its colour in forced colours, and that says what it means', async () => {
    const page = await openPage(
      '<live-visitors></live-visitors><live-visitors lang="es"></live-visitors>',
      ({ page }) => page.emulateMediaFeatures([{ name: 'forced-colors', value: 'active' }]),
    );
    await allShow(1);
    expect(await page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
    expect(await page.style('dot', 'background-color')).toBe('rgb(18, 161, 80)');
    const named = async () => {
      const tree = await page.page.accessibility.snapshot();
      return tree?.children?.filter(({ role }) => role === 'image').map(({ name }) => name);
    };
    expect(await named()).toEqual(['live', 'en vivo']);
    await server().kill();
    await eventually(async () => expect(await named()).toEqual(['not live', 'no está en vivo']));
  });

  test('tells screen readers why it is refused', async () => {
    const strict = await startBuilt({ settings: { ALLOWED_ORIGINS: 'https://example.com' } });
    onTestFinished(strict.kill);
    const site = await startSite();
    const page = await open(site.publish(`${scriptOf(strict.url)}<live-visitors></live-visitors>`));
    await eventually(async () => {
      const tree = await page.page.accessibility.snapshot();
      expect(tree?.children).toContainEqual(
        expect.objectContaining({ role: 'image', name: expect.stringContaining('ALLOWED_ORIGINS') }),
      );
    });
  });

  test('counts where a framework has written `observe` or `page` as the text "false" or "true"', async () => {
    const page = await openPage(
      '<live-visitors observe="false" page="false"></live-visitors><live-visitors page="true"></live-visitors>',
    );
    await allShow(1);
    await counts({ online: 1 });
    const [name] = await page.evaluate(() => [location.host + location.pathname]);
    const response = await fetch(`${server().url}/visitors?page=true&page=false&page=${name}`);
    expect(await response.json()).toMatchObject({ pages: { true: 0, false: 0, [`${name}`]: 1 } });
  });

  test('has its attributes as properties', async () => {
    const page = await openPage('<live-visitors></live-visitors>');
    await allShow(1);
    /** Sets a property, and gives it and the attribute. */
    const set = (name: string, value: unknown) =>
      page.evaluateOn(
        'live-visitors',
        (element, name, value) => {
          Reflect.set(element, name, value);
          return [Reflect.get(element, name), element.getAttribute(name)];
        },
        name,
        value,
      );
    for (const name of ['server', 'label', 'format', 'figure', 'min']) {
      expect(await set(name, '')).toEqual(['', '']);
      expect(await set(name, null)).toEqual([null, null]);
    }
    expect(await set('min', 5)).toEqual(['5', '5']);
    expect(await set('page', true)).toEqual([true, '']);
    expect(await set('page', '/a')).toEqual(['/a', '/a']);
    expect(await set('page', false)).toEqual([false, null]);
    expect(await set('observe', true)).toEqual([true, '']);
    await counts({ online: 0 });
    expect(await set('observe', false)).toEqual([false, null]);
    await counts({ online: 1 });
  });

  test('has the properties that were set before its script came, and follows them from then on', async () => {
    const site = await startSite();
    const page = await open(
      site.publish(`<live-visitors></live-visitors>
        <script>Object.assign(document.querySelector('live-visitors'), { observe: true, page: 'a', label: 'here' });</script>
        ${scriptOf(server().url)}`),
    );
    await allShow(0);
    expect((await page.widgets())[0]?.label).toBe('here');
    await page.evaluateOn('live-visitors', (element) => Object.assign(element, { observe: false, label: 'there' }));
    await allShow(1);
    expect((await page.widgets())[0]?.label).toBe('there');
    expect(await page.evaluateOn('live-visitors', (element) => element.getAttributeNames().sort())).toEqual([
      'label',
      'page',
    ]);
  });

  test('speaks the language of its page in the shadow roots of other elements', async () => {
    const page = await openPage(`
      <div lang="es">
        <section><template shadowrootmode="open">
          <p><span><template shadowrootmode="open"><live-visitors></live-visitors></template></span></p>
        </template></section>
      </div>`);
    await counts({ online: 1 });
    const label = () =>
      page.evaluateOn('section', (section) => {
        const inner = section.shadowRoot?.querySelector('span')?.shadowRoot?.querySelector('live-visitors');
        return inner?.shadowRoot?.querySelector('[part~="label"]')?.textContent;
      });
    await eventually(async () => expect(await label()).toBe('visitante en línea'));
  });
});
