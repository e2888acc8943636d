import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvent, type EventName, eventNames, readEvent } from '../src/index.ts';

const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const history = fc.record({ everyMs: whole, endsAt: whole, online: fc.array(fc.option(whole)) });
const payloads: { [Name in EventName]: fc.Arbitrary<Record<string, unknown>> } = {
  welcome: fc.record({ tabs: whole, renewWithinMs: whole, history }, { requiredKeys: ['tabs'] }),
  visitors: fc.record(
    {
      online: whole,
      browsers: whole,
      visits: whole,
      peak: whole,
      visitorSeconds: whole,
      at: whole,
      partial: fc.constant(true),
    },
    { requiredKeys: ['online', 'browsers', 'visits', 'peak', 'visitorSeconds', 'at'] },
  ),
  farewell: fc.record({ reason: fc.constantFrom('restart', 'expired', 'replaced'), reconnectInMs: whole }),
  refused: fc.record(
    { status: whole, detail: fc.string(), reconnectInMs: whole },
    { requiredKeys: ['status', 'detail'] },
  ),
};
const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 0.5, 2 ** 53, '1', null, true, false, [], {}));

describe('readEvent', () => {
  test('reads what decodeEvent reads, to the same effect', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...eventNames).chain((name) => fc.tuple(fc.constant(name), payloads[name])),
        ([name, payload]) => {
          const data = JSON.stringify(payload);
          expect(decodeEvent(name, data)).toBeDefined();
          expect(readEvent(name, data)).toEqual(decodeEvent(name, data));
        },
      ),
    );
  });

  test('refuses what decodeEvent refuses', () => {
    const spoiled = fc
      .constantFrom(...eventNames)
      .chain((name) => fc.tuple(fc.constant(name), payloads[name], fc.nat(), odd, fc.boolean()));
    fc.assert(
      fc.property(spoiled, ([name, payload, index, value, omit]) => {
        const members = Object.keys(payload);
        const member = members[index % Math.max(1, members.length)] ?? 'history';
        const data = JSON.stringify(omit ? { ...payload, [member]: undefined } : { ...payload, [member]: value });
        expect(readEvent(name, data)).toEqual(decodeEvent(name, data));
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['', 'null', '7', '[]', '"online"', '{', 'undefined', '{"online":1}'])('refuses %j', (data) => {
    for (const name of ['visitors', 'farewell'] as const) expect(readEvent(name, data)).toBeUndefined();
  });

  test('passes over what it does not know', () => {
    expect(readEvent('farewell', '{"reason":"expired","reconnectInMs":5,"new":1}')).toMatchObject({ reconnectInMs: 5 });
  });
});
