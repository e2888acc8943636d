import { expect, test } from 'vitest';
import { buildWidget } from './build-widget.ts';
import { describeIn, type Engine } from './engine.ts';
import { eventually } from './eventually.ts';
import { testMuteStreams } from './mute-streams.ts';
import { recordSnapshots } from './observer.ts';
import { testReloads } from './reloads.ts';
import { testServiceWorkers } from './service-workers.ts';
import { scriptOf, useWidgets } from './widget-page.ts';

/** What must hold for the count in any browser. Each browser has a file of its own. */
export function describeCounting(engine: Engine): void {
  describeIn(engine, 'the count', () => {
    const widgets = useWidgets(engine.launch);
    const { server, startSite, open, openPage, close, pages, allShow, counts, keepsCounting } = widgets;

    testReloads(widgets);
    testMuteStreams(widgets);
    testServiceWorkers(widgets, { stopsIdleWorkers: engine.name === 'Firefox' });

    test('keeps a tab whose element is put back within half a second, which shows its number at once', async () => {
      const page = await openPage('<live-visitors></live-visitors>');
      await allShow(1);
      await counts({ visits: 1 });
      const shown = await page.recordShown();
      const ticks = await recordSnapshots(server().url);
      await page.evaluate(async () => {
        const [element] = document.querySelectorAll('live-visitors');
        for (const awayMs of [0, 300]) {
          element?.remove();
          await new Promise((resolve) => setTimeout(resolve, awayMs));
          if (element) document.body.append(element);
        }
      });
      await eventually(() => expect(ticks.length).toBeGreaterThan(4));
      expect(ticks.map(({ online, visits }) => [online, visits])).toEqual(ticks.map(() => [1, 1]));
      expect(new Set(await shown())).toEqual(new Set(['1 live']));
      await allShow(1);
    });

    test('has the widgets in frames of another site, while they are hidden too', async () => {
      const inner = (await startSite('localhost')).publish(
        `<script>Object.defineProperty(document, 'visibilityState', { value: 'hidden' })</script>
        ${scriptOf(server().url)}<live-visitors></live-visitors>`,
      );
      const outer = (await startSite()).publish(`<iframe src="${inner}"></iframe>`);
      for (let i = 0; i < 3; i++) await open(outer);
      await keepsCounting({ online: 3, browsers: 1, visits: 3 });
      const [leader] = pages();
      if (leader) await close(leader);
      await keepsCounting({ online: 2, browsers: 1, visits: 3 });
    });

    test('is right in widgets of two versions, which keep apart', async () => {
      const site = await startSite();
      const script = site.publishScript(await buildWidget(999));
      const markup = `<live-visitors server="${server().url}"></live-visitors>`;
      const current = site.publish(scriptOf(server().url) + markup);
      const next = site.publish(`<script src="${script}" async></script>${markup}`);
      for (const url of [current, next, current, next]) await open(url);
      await allShow(4);
      await keepsCounting({ online: 4, browsers: 2, visits: 4 });
      const [leader] = pages();
      if (leader) await close(leader);
      await allShow(3);
      await keepsCounting({ online: 3, browsers: 2, visits: 4 });
    });
  });
}
