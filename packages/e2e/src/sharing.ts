import { expect, test } from 'vitest';
import { describeIn, type Engine } from './engine.ts';
import { eventually } from './eventually.ts';
import { type TabOptions, useTabs } from './sharing-tabs.ts';
import type { Tab } from './tab.ts';

/** What must hold for tabs in any browser, whatever they share the stream by. */
export function describeSharing<Opened extends Tab>(
  engine: Engine<Opened>,
  strategy: string,
  options: TabOptions<Opened> = {},
): void {
  describeIn(engine, `tabs that share by ${strategy}`, () => {
    const { open, allShow, tab, tabs, take, restartServer } = useTabs(engine.launch, options);

    test('are live, each of them counted and one visit', async () => {
      await open(3);
      await allShow({ online: 3, visits: 3 });
    });

    test('are counted out one by one as they close, the first of them too', async () => {
      await open(4);
      await allShow({ online: 4 });
      for (const index of [2, 0, 0]) {
        await take(index).close();
        await allShow({ online: tabs().length });
      }
      await allShow({ online: 1, visits: 4 });
    });

    test('leave the count when the page is left, and are back in it with the page', async () => {
      await open(3);
      await allShow({ online: 3 });
      for (const index of [1, 0]) {
        await tab(index).navigate('about:blank');
        await eventually(async () => expect(await tab(2).figure('online')).toBe(2));
        await tab(index).goBack();
        await allShow({ online: 3 });
      }
    });

    test('come back by themselves when the server is killed and started anew, as no new visits', async () => {
      await open(3);
      // Once a visit has been shown, it is recorded.
      await allShow({ online: 3, visits: 3 });
      for (const each of tabs()) await each.mark();
      await restartServer();
      await allShow({ online: 3, visits: 3 });
      for (const each of tabs()) expect(await each.isMarked()).toBe(true);
    });
  });
}
