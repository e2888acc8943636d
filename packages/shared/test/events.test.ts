import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type EventMap, type EventName, eventNames, readEvent, type Snapshot } from '../src/index.ts';

const snapshot: Snapshot = { online: 3, browsers: 2, visits: 41, peak: 9, visitorSeconds: 5310, at: 1_790_000_000_000 };

const integer = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const history = fc.record({ everyMs: integer, endsAt: integer, online: fc.array(fc.option(integer)) });
const required: { [Name in EventName]: string[] } = {
  welcome: ['tabs'],
  visitors: ['online', 'browsers', 'visits', 'peak', 'visitorSeconds', 'at'],
  pages: ['online'],
  farewell: ['reason', 'reconnectInMs'],
  refused: ['status', 'detail'],
};
const members: { [Name in EventName]: Record<string, fc.Arbitrary<unknown>> } = {
  welcome: { tabs: integer, renewWithinMs: integer, history },
  visitors: {
    online: integer,
    browsers: integer,
    visits: integer,
    peak: integer,
    visitorSeconds: integer,
    at: integer,
    partial: fc.constant(true),
  },
  pages: { online: fc.dictionary(fc.string(), fc.option(integer)) },
  farewell: { reason: fc.constantFrom('restart', 'expired', 'replaced'), reconnectInMs: integer },
  refused: { status: integer, detail: fc.string(), reconnectInMs: integer },
};
const event = fc.constantFrom(...eventNames).chain((name) => {
  const payload = fc.record(members[name], { requiredKeys: required[name] });
  return fc.tuple(fc.constant(name), payload, fc.constantFrom(...Object.keys(members[name])));
});
/** No member of an event may be one of these. */
const invalid = fc.oneof(fc.integer({ max: -1 }), fc.constantFrom(0.5, 2 ** 53, null, false, [], ['1'], { x: '1' }));

describe('readEvent', () => {
  test('reads what was sent', () => {
    expect(readEvent('visitors', JSON.stringify(snapshot))).toEqual(snapshot);
    expect(readEvent('welcome', '{"tabs":1}')).toEqual({ tabs: 1 });
    fc.assert(
      fc.property(event, ([name, payload]) => {
        expect(readEvent(name, JSON.stringify(payload))).toEqual(payload);
      }),
    );
  });

  test('reads a payload with members that a later version may add', () => {
    expect(readEvent('visitors', JSON.stringify({ ...snapshot, mood: 'good' }))).toMatchObject(snapshot);
    expect(readEvent('farewell', '{"reason":"expired","reconnectInMs":5,"new":1}')).toMatchObject({ reconnectInMs: 5 });
  });

  test('refuses every payload with an invalid member, and every one without a required member', () => {
    fc.assert(
      fc.property(event, invalid, ([name, payload, member], value) => {
        expect(readEvent(name, JSON.stringify({ ...payload, [member]: value }))).toBeUndefined();
        for (const omitted of required[name]) {
          expect(readEvent(name, JSON.stringify({ ...payload, [omitted]: undefined }))).toBeUndefined();
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['', 'null', '7', '[]', '"online"', '{', 'undefined', '{"online":1}', '{"online":'])(
    'refuses %j',
    (data) => {
      for (const name of eventNames) expect(readEvent(name, data)).toBeUndefined();
    },
  );

  test.each([
    ['visitors', 'a count as text', { ...snapshot, online: '3' }],
    ['visitors', 'text for true', { ...snapshot, partial: 'true' }],
    ['farewell', 'an unknown reason', { reason: 'whim', reconnectInMs: 1 }],
    ['farewell', 'a reason in a list', { reason: ['restart'], reconnectInMs: 1 }],
    ['pages', 'a count below zero', { online: { '/a': -1 } }],
    ['pages', 'a fraction', { online: { '/a': 0.5 } }],
    ['pages', 'a count as text', { online: { '/a': '3' } }],
    ['pages', 'a list', { online: [3] }],
    ['welcome', 'a history with a fraction', { tabs: 1, history: { everyMs: 1000, endsAt: 1, online: [0.5] } }],
  ] as const)('refuses for %s %s', (name, _, payload) => {
    expect(readEvent(name, JSON.stringify(payload))).toBeUndefined();
  });

  test('refuses a wrong count of a page, whatever its name', () => {
    for (const name of ['__proto__', 'constructor', 'toString', '']) {
      expect(readEvent('pages', `{"online":{${JSON.stringify(name)}:-1}}`)).toBeUndefined();
      expect(readEvent('pages', `{"online":{${JSON.stringify(name)}:{}}}`)).toBeUndefined();
    }
  });

  test('has a name for each event', () => {
    expect(eventNames).toEqual(['welcome', 'visitors', 'pages', 'farewell', 'refused']);
  });
});

test('the counts of pages have any name as their own', () => {
  const { online = {} } = readEvent('pages', '{"online":{"__proto__":3,"/a":0,"/b":null}}') ?? {};
  expect(Object.entries(online)).toEqual([
    ['__proto__', 3],
    ['/a', 0],
    ['/b', null],
  ]);
  expect(Object.getPrototypeOf(online)).toBe(Object.prototype);
});

describe('the contract of events, as types', () => {
  test('each name has its payload', () => {
    expectTypeOf(readEvent('farewell', '')).toEqualTypeOf<EventMap['farewell'] | undefined>();
    expectTypeOf<EventMap['visitors']['online']>().toEqualTypeOf<number>();
    expectTypeOf<EventMap['farewell']['reason']>().toEqualTypeOf<'restart' | 'expired' | 'replaced'>();
  });

  test('a misspelt event name does not compile', () => {
    // @ts-expect-error: "visitor" is no event
    expect(() => readEvent('visitor', '{}')).toThrow();
  });

  test('a wrong payload does not compile', () => {
    // @ts-expect-error: "peak" and others are missing
    const payload: EventMap['visitors'] = { online: 1, browsers: 1 };
    expect(payload).not.toHaveProperty('peak');
  });
});
