import { expect, onTestFinished, test } from 'vitest';
import { describeIn, type Engine } from './engine.ts';
import { eventually } from './eventually.ts';
import { testPages } from './pages.ts';
import { startBuilt } from './program.ts';
import { testSubscriptions } from './subscriptions.ts';
import { arrive, scriptOf, useWidgets } from './widget-page.ts';

/** What must hold for widgets and subscriptions in any browser. Each browser has a file of its own. */
export function describeWidgets(engine: Engine): void {
  describeIn(engine, 'a widget', () => {
    const widgets = useWidgets(engine.launch);
    const { server, startSite, open, openPage, allShow, counts, keepsCounting } = widgets;

    test('shares one stream and one place in the count with all others on the page', async () => {
      const page = await openPage('<live-visitors></live-visitors>'.repeat(30));
      await allShow(1);
      await open(await page.evaluate(() => location.href));
      await allShow(2);
      await keepsCounting({ online: 2, browsers: 1, visits: 2 });
    });

    test('that observes is shown the count without being in it, unless another on its page counts', async () => {
      const page = await openPage('<live-visitors observe></live-visitors>');
      await allShow(0);
      await openPage('<live-visitors observe></live-visitors><live-visitors></live-visitors>');
      await allShow(1);
      await counts({ online: 1, browsers: 1, visits: 1 });

      await page.evaluateOn('live-visitors', (element) => element.removeAttribute('observe'));
      await allShow(2);
      await counts({ online: 2, visits: 2 });
      await page.evaluateOn('live-visitors', (element) => element.setAttribute('observe', ''));
      await allShow(1);
      await page.evaluateOn('live-visitors', (element) => element.removeAttribute('observe'));
      await allShow(2);
      await keepsCounting({ visits: 2 });
    });

    test('that leads its site may become an observer, and leaves those whom it led in the count', async () => {
      const leading = await openPage('<live-visitors></live-visitors>');
      await allShow(1);
      await open(await leading.evaluate(() => location.href));
      await allShow(2);
      await leading.evaluateOn('live-visitors', (element) => element.setAttribute('observe', ''));
      await allShow(1);
      await keepsCounting({ online: 1, browsers: 1, visits: 2 });
      await leading.evaluateOn('live-visitors', (element) => element.removeAttribute('observe'));
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
      expect(await labels()).toEqual([
        english,
        'visitante online',
        'visitante en línea',
        english,
        'here <b>now</b>',
        '',
      ]);

      const { leave } = await arrive(server().url, 64);
      onTestFinished(leave);
      await allShow(65);
      expect((await labels()).slice(0, 4)).toEqual([
        'visitors online',
        'visitantes online',
        'visitantes en línea',
        'visitors online',
      ]);
      await page.evaluateOn('live-visitors', (element) => element.setAttribute('lang', 'es'));
      await page.evaluateOn('live-visitors', (element) => element.setAttribute('label', 'aquí'));
      expect((await labels())[0]).toBe('aquí');
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
      const display = () => page.evaluateOn('live-visitors', (element) => getComputedStyle(element).display);
      expect(await display()).toBe('inline-flex');
      await page.evaluateOn('live-visitors', (element) => element.setAttribute('hidden', ''));
      expect(await display()).toBe('none');
    });

    test('leaves the count with its page, and comes back with it', async () => {
      await openPage('<live-visitors></live-visitors>');
      const page = await openPage('<live-visitors></live-visitors>');
      await allShow(2);
      await page.navigate('about:blank');
      await counts({ online: 1 });
      await page.goBack();
      await allShow(2);
    });

    test('leaves the count when it is removed, and comes back as no new visit when it is put back', async () => {
      await openPage('<live-visitors></live-visitors>');
      const page = await openPage('<live-visitors></live-visitors>');
      await allShow(2);
      await counts({ visits: 2 });
      await page.evaluate(() => {
        const element = document.querySelector('live-visitors');
        Object.assign(globalThis, { element });
        element?.remove();
      });
      await allShow(1);
      await page.evaluate(() => document.body.append((globalThis as unknown as { element: Element }).element));
      await allShow(2);
      await keepsCounting({ visits: 2 });
    });

    test('says why it is refused, and is not counted', async () => {
      const strict = await startBuilt({ settings: { ALLOWED_ORIGINS: 'https://example.com' } });
      onTestFinished(strict.kill);
      const site = await startSite();
      const page = await open(site.publish(`${scriptOf(strict.url)}<live-visitors></live-visitors>`));
      await eventually(async () => expect(await page.widgets()).toMatchObject([{ number: '–', state: 'refused' }]));
      const [widget] = await page.widgets();
      expect(widget?.title).toContain(`"${site.origin}"`);
      expect(widget?.title).toContain('ALLOWED_ORIGINS');
      const response = await fetch(`${strict.url}/visitors`);
      expect(await response.json()).toMatchObject({ online: 0, visits: 0 });
    });

    test('counts on the server that its attribute names, and not on the one of its script', async () => {
      const other = await startBuilt();
      onTestFinished(other.kill);
      await openPage(`<live-visitors server="${other.url}"></live-visitors>`);
      await allShow(1);
      const response = await fetch(`${other.url}/visitors`);
      expect(await response.json()).toMatchObject({ online: 1 });
      await counts({ online: 0, visits: 0 });
    });

    testSubscriptions(widgets);
    testPages(widgets);
  });
}
