import { describe, expect, expectTypeOf, test } from 'vitest';
import { decodeEvent, decodeProblem, type EventMap, eventNames, type Snapshot } from '../src/index.ts';

const snapshot: Snapshot = { online: 3, browsers: 2, visits: 41, peak: 9, visitorSeconds: 5310, at: 1_790_000_000_000 };

describe('decodeEvent', () => {
  test('reads what was sent', () => {
    expect(decodeEvent('visitors', JSON.stringify(snapshot))).toEqual(snapshot);
    expect(decodeEvent('welcome', '{"tabs":1}')).toEqual({ tabs: 1 });
    const welcome = { tabs: 4, renewWithinMs: 48_000, history: { everyMs: 1000, endsAt: 1, online: [2, null, 3] } };
    expect(decodeEvent('welcome', JSON.stringify(welcome))).toEqual(welcome);
  });

  test('leaves out members that a later version may add', () => {
    expect(decodeEvent('visitors', JSON.stringify({ ...snapshot, mood: 'good' }))).toEqual(snapshot);
  });

  test.each([
    ['no JSON', '{"online":'],
    ['another type', '[]'],
    ['a member missing', JSON.stringify({ ...snapshot, visits: undefined })],
    ['a count below zero', JSON.stringify({ ...snapshot, online: -1 })],
    ['a count with a fraction', JSON.stringify({ ...snapshot, online: 1.5 })],
    ['a count as text', JSON.stringify({ ...snapshot, online: '3' })],
  ])('passes over %s', (_, data) => {
    expect(decodeEvent('visitors', data)).toBeUndefined();
  });

  test('passes over a reason that it does not know', () => {
    expect(decodeEvent('farewell', '{"reason":"whim","reconnectInMs":1}')).toBeUndefined();
  });

  test('has a name for each event', () => {
    expect(eventNames).toEqual(['welcome', 'visitors', 'farewell', 'refused']);
  });
});

describe('the contract of events, as types', () => {
  test('each name has its payload', () => {
    expectTypeOf(decodeEvent('farewell', '')).toEqualTypeOf<EventMap['farewell'] | undefined>();
    expectTypeOf<EventMap['visitors']['online']>().toEqualTypeOf<number>();
    expectTypeOf<EventMap['farewell']['reason']>().toEqualTypeOf<'restart' | 'expired' | 'replaced'>();
  });

  test('a misspelt event name does not compile', () => {
    // @ts-expect-error: "visitor" is no event
    expect(() => decodeEvent('visitor', '{}')).toThrow();
  });

  test('a wrong payload does not compile', () => {
    // @ts-expect-error: "peak" and others are missing
    const payload: EventMap['visitors'] = { online: 1, browsers: 1 };
    expect(payload).not.toHaveProperty('peak');
  });
});

describe('decodeProblem', () => {
  test('reads a problem and nothing else', () => {
    const problem = { status: 400, title: 'Bad Request', detail: 'So it is.' };
    expect(decodeProblem(problem)).toEqual(problem);
    expect(decodeProblem(undefined)).toBeUndefined();
    expect(decodeProblem('<html>')).toBeUndefined();
  });
});
