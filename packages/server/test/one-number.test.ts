import { readRangeHistory } from '@live-visitors/shared';
import { expect, test } from 'vitest';
import { eventually, openServer, openStream } from './helpers/support.ts';

test('every answer shows the same number at the same tick', async () => {
  const { url, snapshot, metric } = await openServer();
  const badge = async (figure: string) => {
    const svg = await (await fetch(`${url}/badge.svg?label=&figure=${figure}`)).text();
    return Number(/aria-label="(\d+)"/.exec(svg)?.[1]);
  };
  const observer = await openStream(`${url}/stream?tabs=0`);
  const leaving = await openStream(`${url}/stream?tabs=2`);
  await openStream(`${url}/stream?browser=abcdefgh&tabs=3&arrivals=tab-one1,tab-two2,tab-new3`);
  await eventually(() => expect(observer.of('visitors').at(-1)?.payload).toMatchObject({ online: 5, visits: 5 }));
  await leaving.close();
  await openStream(
    `${url}/stream?browser=abcdefgh&tabs=8&arrivals=tab-new3,tab-new4,tab-new5,tab-new6,tab-new7,tab-new8`,
  );

  // All are asked between one tick and the next.
  await eventually(async () => {
    const before = observer.of('visitors').length;
    await eventually(() => expect(observer.of('visitors').length).toBeGreaterThan(before));
    const ticks = observer.of('visitors').length;
    const shown = observer.of('visitors').at(-1)?.payload;
    const [visitors, tabs, online, visits, body] = await Promise.all([
      snapshot(),
      metric('live_visitors_tabs'),
      badge('online'),
      badge('visits'),
      fetch(`${url}/history`).then((response) => response.json()),
    ]);
    expect(observer.of('visitors').length).toBe(ticks);

    const history = readRangeHistory(body);
    const counted = history?.series.visits.reduce((sum: number, each) => sum + (each ?? 0), 0);
    const all = [shown?.online, visitors.online, tabs, online, history?.series.highest.at(-1), history?.peak.online];
    expect(all).toEqual(all.map(() => 8));
    expect([shown?.visits, visitors.visits, visits, counted]).toEqual([10, 10, 10, 10]);
    const { at: _, ...figures } = visitors;
    expect(shown).toMatchObject(figures);
  });
});
