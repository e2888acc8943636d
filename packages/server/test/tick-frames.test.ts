import { describe, expect, test } from 'vitest';
import { createPageViews } from '../src/presence/page-views.ts';
import { createTickFrames } from '../src/stream/tick-frames.ts';

const visitors = 'event: visitors\nid: 1\ndata: {"online":3}\n\n';
const brought = { broughtBy: '192.0.2.1', online: 1, watchers: 0, counted: 1 };
const page = { ...brought, name: '/ü', sent: 3, json: '"/ü":3' };
const other = { ...brought, name: '/b', sent: 1, json: undefined };

describe('the frames of a tick', () => {
  test('are the snapshot alone for streams without pages, encoded once', () => {
    const frameFor = createTickFrames(visitors);
    expect(frameFor(undefined).toString()).toBe(visitors);
    expect(frameFor(undefined)).toBe(frameFor(undefined));
  });

  test('are the snapshot and the pages, in one frame', () => {
    const view = createPageViews().take([other, page], []);
    expect(createTickFrames(visitors)(view).toString()).toBe(
      `${visitors}event: pages\ndata: {"online":{"/b":1,"/ü":3}}\n\n`,
    );
  });

  test('are encoded once for all streams with the same pages', () => {
    const views = createPageViews();
    views.take([other], []);
    const one = views.take([page, other], []);
    const same = views.take([other, page], []);
    const another = views.take([page], []);
    const frameFor = createTickFrames(visitors);
    expect(frameFor(one)).toBe(frameFor(same));
    expect(frameFor(another)).not.toBe(frameFor(one));
    expect(createTickFrames(visitors)(one)).not.toBe(frameFor(one));
  });
});
