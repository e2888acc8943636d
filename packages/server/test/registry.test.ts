import { describe, expect, test } from 'vitest';
import { createBooks } from '../src/presence/registry.ts';
import { createLimits } from '../src/presence/limits.ts';

type Stream = { isHeld: boolean };

/** Books with a clock that stands still until it is set, and room for a few streams. */
function openBooks(maxStreams = 3) {
  let now = 0;
  const replaced: Stream[] = [];
  const books = createBooks<Stream>({
    limits: createLimits({ maxStreams, maxStreamsPerAddress: maxStreams, maxConnections: 10_000 }),
    elapsed: () => now,
    onReplaced(stream) {
      replaced.push(stream);
      end(stream);
    },
  });

  /** Ends a stream, as the server does: its socket is closed a moment after it was counted out. */
  function end(stream: Stream, keepPlaces = false): boolean {
    const wasThere = books.remove(stream, { keepPlaces });
    stream.isHeld = false;
    return wasThere;
  }

  function admit(tabs: number, browser?: string, open?: (tabs: number) => Stream) {
    const stream = { isHeld: true };
    const broken = books.admit({ browser, tabs, arrivals: tabs, address: '192.0.2.1' }, open ?? (() => stream));
    return { stream, broken };
  }

  const wait = (ms: number) => {
    now += ms;
  };
  return { ...books, replaced, admit, end, wait };
}

describe('the books', () => {
  test('have a party in the count before its stream is opened: what that tells first is true', () => {
    const books = createBooks<Stream>({
      limits: createLimits({ maxStreams: 1, maxStreamsPerAddress: 1, maxConnections: 10_000 }),
      elapsed: () => 0,
      onReplaced() {},
    });
    let onlineWhenOpened: number | undefined;
    books.admit({ tabs: 2, arrivals: 2, address: '192.0.2.1' }, () => {
      onlineWhenOpened = books.read().online;
      return { isHeld: true };
    });
    expect(onlineWhenOpened).toBe(2);
  });

  test('say which limit one more stream would break, and have then neither counted nor opened it', () => {
    const { admit, count, end } = openBooks(1);
    const { stream: first, broken } = admit(1);
    expect(broken).toBeUndefined();
    const refused = admit(4);
    expect(refused.broken).toBe('max_streams');
    expect(count()).toEqual({ streams: [first], reading: { online: 1, browsers: 1, visits: 1, visitorSeconds: 0 } });
    end(first);
    expect(admit(1).broken).toBeUndefined();
  });

  test('have no entry for a stream that could not be opened, and keep no room for it', () => {
    const { admit, count, audit } = openBooks(1);
    const noSocket = () => {
      throw new Error('no socket');
    };
    expect(() => admit(2, 'browser-1', noSocket)).toThrow('no socket');
    expect(count()).toMatchObject({ streams: [], reading: { online: 0, browsers: 0 } });
    expect(audit()).toEqual({ streams: 0, tabs: 0, drift: 0 });
    expect(admit(3, 'browser-2').broken).toBeUndefined();
  });

  test('give a browser that has a stream already a new one for it, also where there is room for no more', () => {
    const { admit, count, audit, replaced } = openBooks(1);
    const { stream: first } = admit(3, 'browser-1');
    const { stream: second, broken } = admit(4, 'browser-1');
    expect(broken).toBeUndefined();
    expect(replaced).toEqual([first]);
    expect(count()).toMatchObject({ streams: [second], reading: { online: 4, browsers: 1 } });
    expect(audit()).toEqual({ streams: 1, tabs: 4, drift: 0 });
    expect(admit(1).broken).toBe('max_streams');
  });

  test('count nobody out twice', () => {
    const { admit, end, audit } = openBooks();
    const { stream } = admit(2);
    admit(1);
    expect(end(stream)).toBe(true);
    expect(end(stream)).toBe(false);
    expect(audit()).toEqual({ streams: 1, tabs: 1, drift: 0 });
  });

  test('keep the places of the other tabs of a stream that breaks off, until the next one takes them', () => {
    const { admit, end, count, audit, wait } = openBooks();
    const { stream } = admit(3, 'browser-1');
    end(stream, true);
    expect(count().reading).toMatchObject({ online: 2, browsers: 1 });
    expect(audit()).toEqual({ streams: 0, tabs: 2, drift: 0 });
    admit(2, 'browser-1');
    for (let i = 0; i < 60; i++) {
      wait(1000);
      count();
    }
    expect(count().reading).toMatchObject({ online: 2, browsers: 1 });
    expect(audit().drift).toBe(0);
  });

  test('give those places up at the first count after their time, and the room with them', () => {
    const { admit, end, count, audit, wait, read } = openBooks(1);
    const { stream } = admit(3, 'browser-1');
    end(stream, true);
    wait(449);
    expect(count().reading.online).toBe(2);
    wait(1);
    expect(read().online).toBe(2);
    expect(count().reading).toMatchObject({ online: 0, browsers: 0 });
    expect(audit().drift).toBe(0);
    expect(admit(1).broken).toBeUndefined();
  });

  test('keep no places for a stream that was ended', () => {
    const { admit, end, read } = openBooks();
    const { stream } = admit(3, 'browser-1');
    end(stream);
    expect(read().online).toBe(0);
  });

  test('take the time between two counts as spent by all who are here at the second', () => {
    const { admit, count, wait } = openBooks();
    admit(1);
    wait(1500);
    admit(1);
    expect(count().reading.visitorSeconds).toBe(3);
    expect(count().reading.visitorSeconds).toBe(3);
    wait(500);
    expect(count().reading.visitorSeconds).toBe(4);
  });

  test('take no time as spent that is longer than two ticks: who left meanwhile is not known', () => {
    const { admit, count, wait } = openBooks();
    admit(1);
    wait(2000);
    expect(count().reading.visitorSeconds).toBe(2);
    wait(2501);
    expect(count().reading.visitorSeconds).toBe(2);
    wait(1000);
    expect(count().reading.visitorSeconds).toBe(3);
  });

  test('confirm no more visitors than before where the count is not confirmed', () => {
    const { admit, count } = openBooks();
    admit(2);
    expect(count().reading.confirmed).toBeUndefined();
    const { stream } = admit(3);
    expect(count({ isConfirmed: false }).reading).toMatchObject({ online: 5, confirmed: 2 });
    expect(stream.isHeld).toBe(true);
    expect(count().reading.confirmed).toBeUndefined();
    expect(count({ isConfirmed: false }).reading).toMatchObject({ online: 5, confirmed: 5 });
  });

  test('count the tabs that there is room for, and tell the stream how many; each arrival is a visit', () => {
    const { admit, count } = openBooks(16);
    for (let i = 0; i < 3; i++) admit(20, `neighbour-${i}`);
    admit(3, 'browser-1');
    let told: number | undefined;
    const before = count().reading;
    admit(6, 'browser-1', (tabs) => {
      told = tabs;
      return { isHeld: true };
    });
    expect(told).toBe(4);
    expect(count().reading).toMatchObject({ online: 64, browsers: 4, visits: before.visits + 6 });
  });

  test('drift by each stream whose socket is gone without a word, observers among them', () => {
    const { admit, audit } = openBooks();
    const { stream: visitor } = admit(2, 'browser-1');
    const { stream: observer } = admit(0);
    expect(audit().drift).toBe(0);
    visitor.isHeld = false;
    expect(audit().drift).toBe(1);
    observer.isHeld = false;
    expect(audit().drift).toBe(2);
  });
});
