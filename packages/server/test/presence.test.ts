import { describe, expect, test } from 'vitest';
import { type Client, createPresence } from '../src/presence/presence.ts';

/** A presence whose `join` returns how to count the client out. */
function openPresence() {
  const presence = createPresence();
  const join = (client: Client) => {
    presence.join(client);
    return () => presence.leave(client);
  };
  return { ...presence, join };
}

describe('the presence', () => {
  test('counts tabs, browsers and visits', () => {
    const presence = openPresence();
    presence.join({ tabs: 3, visits: 2 });
    const leave = presence.join({ browser: 'one', tabs: 2, visits: 2 });
    expect(presence.read()).toEqual({ online: 5, browsers: 2, visits: 4, visitorSeconds: 0 });

    leave();
    expect(presence.read()).toEqual({ online: 3, browsers: 1, visits: 4, visitorSeconds: 0 });
  });

  test('has observers, who are in no figure', () => {
    const presence = openPresence();
    const leave = presence.join({ tabs: 0, visits: 0 });
    presence.join({ browser: 'one', tabs: 2, visits: 2 });
    presence.elapse(1000);
    expect(presence.read()).toEqual({ online: 2, browsers: 1, visits: 2, visitorSeconds: 2 });
    leave();
    expect(presence.read()).toMatchObject({ online: 2, browsers: 1 });
  });

  test('finds a client by its browser, as long as it is there', () => {
    const presence = openPresence();
    const client = { browser: 'one', tabs: 1, visits: 1 };
    const leave = presence.join(client);
    expect(presence.find('one')).toBe(client);
    expect(presence.find(undefined)).toBeUndefined();
    leave();
    expect(presence.find('one')).toBeUndefined();
  });

  test('keeps streams without an id apart', () => {
    const presence = openPresence();
    presence.join({ tabs: 1, visits: 1 });
    presence.join({ tabs: 1, visits: 1 });
    expect(presence.read()).toMatchObject({ online: 2, browsers: 2 });
  });

  test('sums up the time of all tabs, and loses no fraction of a second', () => {
    const presence = openPresence();
    const leave = presence.join({ tabs: 3, visits: 3 });
    for (let i = 0; i < 10; i++) presence.elapse(150);
    expect(presence.read().visitorSeconds).toBe(4);
    presence.elapse(500);
    leave();
    presence.elapse(60_000);
    expect(presence.read().visitorSeconds).toBe(6);
  });
});
