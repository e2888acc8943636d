import { describe, expect, test } from 'vitest';
import { createLimits } from '../src/presence/limits.ts';
import { noOtherPages, type PageChange } from '../src/presence/page-names.ts';
import { encodeView } from '../src/presence/page-views.ts';
import { maxListedPages, type PageClient, Pages } from '../src/presence/pages.ts';
import { untrackedKey } from '../src/presence/untracked-tabs.ts';
import { FleetPages } from '../src/store/redis/fleet-pages.ts';
import type { PageReport } from '../src/store/redis/report.ts';

const address = '192.0.2.1';

function openPages({ maxPages = 1000, maxStreamsPerAddress = 256, others = noOtherPages } = {}) {
  const limits = createLimits({ maxStreams: 1000, maxStreamsPerAddress, maxConnections: 1000, maxPages });
  const pages = new Pages(limits, others);
  const join = (on: string[], watch: string[] = [], from = address) => {
    const client: PageClient = { address: from, on: [], view: undefined };
    const broken = pages.join(client, { on, watch });
    if (!client.view) throw new Error('It has no view.');
    return { client, view: client.view, broken, leave: () => pages.leave(client) };
  };
  return {
    pages,
    join,
    tick() {
      const changes = pages.tick();
      pages.addOthers();
      return changes;
    },
  };
}

function firstReport(...changes: PageChange[]): PageReport {
  return { after: 0, number: 1, isFirst: true, isWhole: true, changes };
}

describe('the counts of pages', () => {
  test('are sent as of the last tick, or as of now', () => {
    const { pages, join, tick } = openPages();
    const { view } = join(['/a', '/a'], ['__proto__']);
    tick();
    const { leave } = join(['/a']);
    expect(encodeView(view)).toBe('{"online":{"/a":2,"__proto__":0}}');
    expect(encodeView(view, (name) => pages.online(name))).toBe('{"online":{"/a":3,"__proto__":0}}');
    tick();
    expect(encodeView(view)).toBe('{"online":{"/a":3,"__proto__":0}}');
    leave();
    tick();
    expect(encodeView(view)).toBe('{"online":{"/a":2,"__proto__":0}}');
  });

  test('are shared by streams with the same pages, in whatever order and manner they gave these', () => {
    const { join } = openPages();
    join(['/a', '/b', '/c']);
    const first = join(['/a', '/b']);
    const second = join(['/b'], ['/a', '/b']);
    expect(second.view).toBe(first.view);
    expect(join(['/b']).view).not.toBe(first.view);
    expect(first.view.streams).toBe(2);
    first.leave();
    expect(join(['/a', '/b']).view).toBe(second.view);
  });

  test('are forgotten as a set with the last stream that has it', () => {
    const { join } = openPages();
    join(['/a', '/b', '/c']);
    const { view, leave } = join(['/a', '/b']);
    leave();
    expect(view.streams).toBe(0);
    expect(join(['/a', '/b']).view).not.toBe(view);
  });

  test('name pages over the limit as unknown, to the stream that gave them', () => {
    const { pages, join, tick } = openPages({ maxPages: 1 });
    const { view, broken } = join(['/a', '"\\', '/b'], ['/b', '/c', '/a']);
    tick();
    expect(encodeView(view)).toBe(String.raw`{"online":{"/a":1,"\"\\":null,"/b":null,"/c":null}}`);
    expect(broken).toEqual(['max_pages', 'max_pages', 'max_pages']);
    expect(encodeView(openPages({ maxPages: 0 }).join(['/a']).view)).toBe('{"online":{"/a":null}}');
    // Nobody is on a page that is only watched.
    expect(pages.online('/c')).toBe(0);
  });

  test('are known for as many names of an address as it may have tabs, and for all that others have brought', () => {
    const { join, tick } = openPages({ maxStreamsPerAddress: 1 });
    join(['/known'], [], '192.0.2.2');
    const names = Array.from({ length: 64 }, (_, index) => `/${index}`);
    const { leave } = join(names);
    const { view, broken } = join(['/64', '/known']);
    expect(broken).toEqual(['max_pages_per_address']);
    tick();
    expect(encodeView(view)).toBe('{"online":{"/known":2,"/64":null}}');
    expect(join(['/64'], [], '192.0.2.2').broken).toEqual([]);
    leave();
    expect(join(['/65']).broken).toEqual([]);
  });

  test('contain those of other nodes', () => {
    const others = new FleetPages();
    const { pages, join, tick } = openPages({ others });
    others.settle(new Map([['peer', 0]]));
    const { view } = join(['/a'], ['/b', '/nobody']);
    others.hear('peer', firstReport(['/a', 2], ['/b', 3], ['__proto__', 1]));
    tick();
    expect(encodeView(view)).toBe('{"online":{"/a":3,"/b":3,"/nobody":0}}');
    join(['/a']);
    expect(['/a', '/b', '__proto__'].map((name) => pages.online(name))).toEqual([4, 3, 1]);
    expect(pages.fullest()).toEqual([
      { name: '/a', online: 3 },
      { name: '/b', online: 3 },
      { name: '__proto__', online: 1 },
    ]);
    others.settle(new Map());
    tick();
    expect(encodeView(view)).toBe('{"online":{"/a":2,"/b":0,"/nobody":0}}');
    expect(pages.fullest()).toEqual([{ name: '/a', online: 2 }]);
  });

  test('are unknown until the other nodes are known, and where one of these does not track a page', () => {
    const others = new FleetPages();
    const { pages, join, tick } = openPages({ others });
    const { view } = join(['/a', '/b']);
    tick();
    expect(encodeView(view)).toBe('{"online":{"/a":null,"/b":null}}');
    expect([pages.online('/a'), pages.online('/nobody'), pages.fullest()]).toEqual([null, null, null]);
    const peer = openPages({ maxPages: 0 });
    const { leave } = peer.join(['/b', '/c']);
    others.settle(new Map());
    others.hear('peer', firstReport(...peer.tick()));
    tick();
    expect(encodeView(view)).toBe('{"online":{"/a":1,"/b":null}}');
    expect([pages.online('/c'), pages.fullest()]).toEqual([null, [{ name: '/a', online: 1 }]]);
    leave();
    others.hear('peer', { after: 1, number: 2, isFirst: false, isWhole: true, changes: peer.tick() });
    expect([pages.online('/b'), pages.online('/c')]).toEqual([1, 0]);
  });

  test('are told as they have changed since the last tick', () => {
    const { join, tick } = openPages({ maxPages: 2 });
    const { leave } = join(['/a', '/a', '/b'], ['/a']);
    join(['/over', '/over']);
    expect(tick()).toEqual([
      ['/a', 2],
      ['/b', 1],
      [untrackedKey('/over'), 1],
    ]);
    join(['/a']);
    join([], ['/b']);
    expect(tick()).toEqual([['/a', 3]]);
    leave();
    expect(tick()).toEqual([
      ['/a', 1],
      ['/b', 0],
    ]);
    expect(tick()).toEqual([]);
  });

  test('list the fullest pages at the last tick: no watched ones, no unknown ones, and no more than are allowed', () => {
    const { pages, join, tick } = openPages({ maxPages: 200 });
    for (let i = 0; i < 150; i++) join([`/${i}`]);
    join(['/7', '/8'], ['/watched']);
    join(['/7']);
    tick();
    expect(pages.fullest(3)).toEqual([
      { name: '/7', online: 3 },
      { name: '/8', online: 2 },
      { name: '/0', online: 1 },
    ]);
    expect(pages.fullest()).toHaveLength(20);
    expect(pages.fullest(1000)).toHaveLength(maxListedPages);
    expect(pages.fullest(1000)?.map(({ name }) => name)).not.toContain('/watched');
    join(['/9', '/9', '/9']);
    expect(pages.fullest(1)).toEqual([{ name: '/7', online: 3 }]);
    tick();
    expect(pages.fullest(1)).toEqual([{ name: '/9', online: 4 }]);
  });

  test('are unknown to few others, however many names are over the limit', () => {
    const { pages, join } = openPages({ maxPages: 0 });
    const leaves = Array.from({ length: 1000 }, (_, index) => join([`/over/${index}`]).leave);
    const unknown = Array.from({ length: 1000 }, (_, index) => pages.online(`/other/${index}`)).filter(
      (online) => online === null,
    );
    expect(unknown.length).toBeLessThan(50);
    for (const leave of leaves) leave();
    expect(pages.online('/over/0')).toBe(0);
  });

  test('drift if a client is not counted out', () => {
    const { pages, join } = openPages();
    const { client, leave } = join(['/a'], ['/b']);
    expect(pages.drift([client])).toBe(0);
    expect(pages.drift([])).toBe(2);
    leave();
    expect(pages.drift([])).toBe(0);
    expect(pages.size).toBe(0);
  });
});
