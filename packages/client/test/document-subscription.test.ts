import type { PageCounts, Snapshot } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { createDocumentSubscription } from '../src/document-subscription.ts';
import type { OnServerEvent } from '../src/stream/state.ts';
import { isPresence, version } from '../src/tabs/messages.ts';
import type { Update } from '../src/update.ts';
import { Simulation } from './tabs/simulation.ts';

const snapshot: Snapshot = { online: 3, browsers: 2, visits: 41, peak: 9, visitorSeconds: 5310, at: 1_790_000_000_000 };

/** A document that can share its stream with no other, unless it posts to them. */
function createDocument(post?: (message: unknown) => void) {
  const simulation = new Simulation();
  const streams: { query: URLSearchParams; onEvent: OnServerEvent; isOpen: boolean }[] = [];
  const groups: string[] = [];
  const page = { name: 'site.example/a', onNavigation: () => {} };
  let pageEvents = { enter: () => {}, exit: () => {} };
  let stopped = 0;
  const stop = () => {
    stopped++;
  };
  const subscription = createDocumentSubscription(
    {
      openStream(url, onEvent) {
        const stream = { query: new URL(url).searchParams, onEvent, isOpen: true };
        streams.push(stream);
        return () => {
          stream.isOpen = false;
          stop();
        };
      },
      lookUp: async () => undefined,
      meet: async (group) => {
        groups.push(group);
        return { ...(post && { post }), close() {} };
      },
      onWake: () => stop,
      whilePageIsOpen(join) {
        let leave: (() => void) | undefined = join();
        const exit = () => {
          leave?.();
          leave = undefined;
        };
        pageEvents = {
          exit,
          enter() {
            leave ??= join();
          },
        };
        return exit;
      },
      documentPage: () => page.name,
      onNavigation(callback) {
        page.onNavigation = callback;
        return stop;
      },
      now: () => simulation.now,
      schedule: (callback, delayMs) => simulation.after(delayMs, undefined, callback),
      isOnline: () => true,
      isVisible: () => true,
      random: () => 0.5,
    },
    'http://localhost',
    'tab-of-the-document',
  );
  return {
    page,
    pass: (ms: number) => simulation.pass(ms),
    groups,
    /** How many of the things that a document keeps going it has stopped. */
    stopped: () => stopped,
    streams,
    openStreams: () => streams.filter(({ isOpen }) => isOpen),
    hide: () => pageEvents.exit(),
    comeBack: () => pageEvents.enter(),
    pages: () => [streams.at(-1)?.query.getAll('page'), streams.at(-1)?.query.getAll('watch')],
    tellPages(online: PageCounts) {
      this.tell();
      streams.at(-1)?.onEvent({ type: 'pages', payload: { online } });
    },
    tell(figures: Partial<Snapshot> = {}) {
      streams.at(-1)?.onEvent({ type: 'welcome', payload: { tabs: 1 } });
      streams.at(-1)?.onEvent({ type: 'visitors', payload: { ...snapshot, ...figures } });
    },
    listen(observe = false, wanted: { page?: (string | true)[]; watch?: string[] } = {}) {
      const told: Update[] = [];
      const shown: (number | null)[][] = [];
      const stop = subscription.listen({
        observe,
        ...wanted,
        onUpdate(update, pages) {
          told.push(update);
          shown.push([...pages.values()]);
        },
      });
      return { told, shown, stop };
    },
  };
}

describe('the listeners of a document', () => {
  test('share one stream, which counts their tab if one of them wants it to', async () => {
    const page = createDocument();
    page.listen(true);
    await page.pass(10);
    expect(page.openStreams().map(({ query }) => query.get('tabs'))).toEqual(['0']);
    page.tell();
    const { stop } = page.listen();
    await page.pass(10);
    expect(page.streams.at(-1)?.query.get('tabs')).toBe('1');
    expect(page.streams.at(-1)?.query.get('arrivals')).toBe('tab-of-the-document');
    page.tell();
    stop();
    await page.pass(600);
    expect(page.streams.at(-1)?.query.get('tabs')).toBe('0');
    page.tell();
    expect(page.openStreams()).toHaveLength(1);
  });

  test('keep the place of one that is moved, whatever they hear meanwhile', async () => {
    const page = createDocument();
    page.listen(true);
    const { stop } = page.listen();
    await page.pass(10);
    page.tell();
    stop();
    await page.pass(200);
    page.tell();
    await page.pass(10);
    page.listen();
    await page.pass(1000);
    expect(page.streams.map(({ query }) => query.get('tabs'))).toEqual(['1']);
  });

  test('meet only those that listen to the same server and speak the same version', async () => {
    const page = createDocument();
    page.listen();
    await page.pass(0);
    expect(page.groups).toEqual([`live-visitors ${version} http://localhost`]);
  });

  test('leave half a second after the last one has left', async () => {
    const page = createDocument();
    const first = page.listen();
    await page.pass(10);
    first.stop();
    await page.pass(400);
    expect(page.openStreams()).toHaveLength(1);
    const second = page.listen();
    await page.pass(1000);
    expect(page.streams).toHaveLength(1);
    // As an element that is moved twice.
    second.stop();
    const third = page.listen();
    third.stop();
    await page.pass(400);
    expect(page.openStreams()).toHaveLength(1);
    const last = page.listen();
    await page.pass(1000);
    expect(page.streams).toHaveLength(1);
    last.stop();
    last.stop();
    await page.pass(500);
    expect(page.openStreams()).toHaveLength(0);
  });

  test('leave at once when the page is hidden (pagehide), and are back with it, as no new visit', async () => {
    const page = createDocument();
    const { told } = page.listen();
    await page.pass(10);
    page.tell();
    page.hide();
    expect(page.openStreams()).toHaveLength(0);
    await page.pass(5000);
    page.comeBack();
    await page.pass(10);
    expect(told.at(-1)).toMatchObject({ connection: { state: 'connecting' }, last: { ageMs: 5000 } });
    expect(page.openStreams().map(({ query }) => query.get('arrivals'))).toEqual([null]);
  });

  test('say that they leave before they stop anything: Firefox cuts off the scripts of a tab that is closed', async () => {
    const stoppedAtBye: number[] = [];
    const page = createDocument((message) => {
      if (isPresence(message) && message.type === 'bye') stoppedAtBye.push(page.stopped());
    });
    page.listen();
    await page.pass(300);
    page.tell();
    page.hide();
    expect(stoppedAtBye).toEqual([0]);
    expect(page.stopped()).toBe(3);
  });

  test('learn what is known when they come', async () => {
    const page = createDocument();
    page.listen();
    await page.pass(10);
    page.tell();
    await page.pass(700);
    expect(page.listen().told).toMatchObject([{ connection: { state: 'live' }, last: { snapshot, ageMs: 700 } }]);
  });

  test('see no total go back', async () => {
    const page = createDocument();
    const { told } = page.listen();
    await page.pass(10);
    page.tell();
    page.tell({ online: 1, visits: 2, peak: 1, visitorSeconds: 10 });
    expect(told.at(-1)?.last?.snapshot).toEqual({ ...snapshot, online: 1 });
    page.hide();
    page.comeBack();
    await page.pass(10);
    page.tell({ visits: 7, peak: 10 });
    expect(told.at(-1)?.last?.snapshot).toEqual({ ...snapshot, peak: 10 });
  });
});

describe('the pages of a document', () => {
  test('are those of all its listeners: counted, or only watched where they observe', async () => {
    const page = createDocument();
    page.listen(false, { page: [true, '/x'], watch: ['/y', '/x'] });
    page.listen(true, { page: ['/z', '__proto__'] });
    await page.pass(10);
    expect(page.streams).toHaveLength(1);
    expect(page.pages()).toEqual([
      ['/x', 'site.example/a'],
      ['/y', '/z', '__proto__'],
    ]);
  });

  test('that come and go within one task are one message, and one more stream', async () => {
    const posted: unknown[] = [];
    const page = createDocument((message) => posted.push(message));
    page.listen();
    await page.pass(300);
    page.tell();
    const listeners = Array.from({ length: 20 }, (_, index) => page.listen(true, { page: [`/${index}`] }));
    await page.pass(10);
    expect(posted.filter((message) => isPresence(message) && message.type === 'here')).toHaveLength(1);
    expect(page.streams).toHaveLength(2);
    expect(page.pages()[1]).toHaveLength(20);
    page.tellPages({ '/3': 7 });
    expect(listeners.map(({ shown }) => shown.at(-1))).toEqual(listeners.map((_, index) => [index === 3 ? 7 : null]));

    for (const { stop } of listeners.slice(1)) stop();
    await page.pass(600);
    expect(page.streams).toHaveLength(3);
    expect(page.pages()).toEqual([[], ['/0']]);
  });

  test('follow the address, and the count of one is never shown for another', async () => {
    const page = createDocument();
    const { shown } = page.listen(false, { page: [true], watch: ['/w'] });
    await page.pass(10);
    page.tellPages({ 'site.example/a': 5, '/w': 1 });
    expect(shown.at(-1)).toEqual([5, 1]);

    page.page.name = 'site.example/b';
    page.page.onNavigation();
    expect(shown.at(-1)).toEqual([null, 1]);
    await page.pass(10);
    expect(page.pages()[0]).toEqual(['site.example/b']);
    page.tellPages({ 'site.example/b': 1, '/w': 1 });
    expect(shown.at(-1)).toEqual([1, 1]);

    // An address that is no other page changes nothing: some applications change theirs many times a second.
    const { length } = shown;
    page.page.onNavigation();
    expect(shown).toHaveLength(length);

    // Without the event, the next tick shows it.
    await page.pass(1000);
    page.page.name = 'site.example/a';
    page.tellPages({ 'site.example/b': 1, '/w': 1 });
    expect(shown.at(-1)).toEqual([null, 1]);
    await page.pass(10);
    expect(page.pages()[0]).toEqual(['site.example/a']);
  });

  test('stay when the address changes while the last element is moved', async () => {
    const page = createDocument();
    const { stop } = page.listen(false, { page: [true] });
    await page.pass(10);
    page.tellPages({});
    stop();
    page.page.name = 'site.example/b';
    page.page.onNavigation();
    await page.pass(10);
    expect(page.streams).toHaveLength(1);
    page.listen(false, { page: [true] });
    await page.pass(10);
    expect(page.openStreams().map(({ query }) => query.get('tabs'))).toContain('1');
    expect(page.pages()[0]).toEqual(['site.example/b']);
  });

  test('are unknown, and not asked for, if their names are not allowed', async () => {
    const page = createDocument();
    page.page.name = '';
    const names = ['', 'x'.repeat(129), 'a\nb', '\ud800', '\ufffd', '/fine'];
    const { shown } = page.listen(false, { page: [true, ...names], watch: names.slice(1) });
    await page.pass(10);
    expect(page.pages()).toEqual([['/fine'], []]);
    page.tellPages({ '/fine': 1 });
    expect(shown.at(-1)).toEqual([null, null, null, null, null, 1]);
  });
});
