import { createParser, type EventSourceMessage } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeEvent, encodeRetry } from '../src/stream/encode-event.ts';

const snapshot = { online: 3, browsers: 2, visits: 41, peak: 9, visitorSeconds: 5310, at: 1_790_000_000_000 };

describe('a frame', () => {
  test('is what the HTML Standard asks for', () => {
    expect(encodeEvent('visitors', snapshot, snapshot.at)).toBe(
      'event: visitors\n' +
        'id: 1790000000000\n' +
        'data: {"online":3,"browsers":2,"visits":41,"peak":9,"visitorSeconds":5310,"at":1790000000000}\n' +
        '\n',
    );
    expect(encodeEvent('welcome', { tabs: 1 })).toBe('event: welcome\ndata: {"tabs":1}\n\n');
    expect(encodeRetry(2350)).toBe('retry: 2350\n\n');
  });

  test('cannot be forged by what is in its payload', () => {
    // The contract has no free text yet; should it get some, this must still hold.
    const reason = 'x\r\ndata: {}\n\nevent: visitors\rid: 1\0\u2028' as 'restart';
    const events: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (event) => events.push(event) });
    parser.feed(encodeEvent('farewell', { reason, reconnectInMs: 1 }));
    expect(events).toEqual([{ id: undefined, event: 'farewell', data: JSON.stringify({ reason, reconnectInMs: 1 }) }]);
  });

  test('is read as it was sent by a parser that is not ours, whatever is in it and however it is cut up', () => {
    // What the contract may come to have: any JSON there is.
    const event = fc.record({
      name: fc.constantFrom('welcome' as const, 'visitors' as const, 'farewell' as const),
      payload: fc.jsonValue({ stringUnit: 'binary' }),
      id: fc.option(fc.nat(), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (sent, sizes) => {
          const bytes = Buffer.from(
            encodeRetry(1000) + sent.map(({ name, payload, id }) => encodeEvent(name, payload as never, id)).join(''),
          );
          const received: EventSourceMessage[] = [];
          const parser = createParser({ onEvent: (message) => received.push(message) });
          const decoder = new TextDecoder();
          for (let at = 0; at < bytes.length; ) {
            const end = at + (sizes.next().value ?? 1);
            parser.feed(decoder.decode(bytes.subarray(at, end), { stream: true }));
            at = end;
          }
          expect(received.map(({ event, data, id }) => ({ event, id, data }))).toEqual(
            sent.map(({ name, payload, id }) => ({
              event: name,
              id: id?.toString(),
              data: JSON.stringify(payload).toWellFormed(),
            })),
          );
        },
      ),
    );
  });

  test('of a name or payload that is not in the contract does not compile', () => {
    // @ts-expect-error: "visitor" is no event
    encodeEvent('visitor', snapshot);
    // @ts-expect-error: a snapshot is no farewell
    encodeEvent('farewell', snapshot);
    // @ts-expect-error: "online" is a number
    encodeEvent('visitors', { ...snapshot, online: '3' });
    // @ts-expect-error: an id is a number
    expect(encodeEvent('welcome', { tabs: 1 }, '1')).toContain('id: 1\n');
  });
});
