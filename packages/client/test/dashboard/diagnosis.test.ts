import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Arrival, burstsOfBuffer, createDiagnosis, evenTicksOfCure } from '../../src/dashboard/diagnosis.ts';

const server = 1_790_000_000_000;

type Heard = { receivedAt: number; at?: number; visible?: boolean };

/** Snapshots are counted each second; where `at` is left out, it is the next one. */
function hearAll(heard: Heard[], diagnosis = createDiagnosis()): boolean[] {
  let at = server;
  return heard.map(({ receivedAt, visible = true, ...given }) => {
    at = given.at ?? at + 1000;
    diagnosis.hear({ receivedAt, at, visible });
    return diagnosis.isBuffered();
  });
}

const evenly = (count: number, from = 0): Heard[] =>
  Array.from({ length: count }, (_, index) => ({ receivedAt: from + index * 1000 }));

/** So many snapshots that come together. */
const burst = (size: number, receivedAt: number, visible = true): Heard[] =>
  Array.from({ length: size }, (_, index) => ({ receivedAt: receivedAt + index * 3, visible }));

/** A buffer that is emptied every so often holds what was counted before. */
function throughBuffer(ticks: number, everyMs: number, sinceMs: number): Arrival[] {
  const releasedAt = (at: number) => sinceMs + Math.ceil((at - sinceMs) / everyMs) * everyMs;
  return Array.from({ length: ticks }, (_, index) => {
    const sentAt = 1000 * index;
    return { receivedAt: releasedAt(sentAt) + index / ticks, at: server + sentAt, visible: true };
  });
}

describe('a stream that is not buffered', () => {
  const notBuffered: [string, Heard[]][] = [
    ['an even stream', evenly(60)],
    ['a stall', [...evenly(5), ...burst(8, 13_000), ...evenly(30, 14_000)]],
    [
      'a stall now and then',
      Array.from({ length: 10 }, (_, index) => [...burst(5, index * 6000), ...evenly(1, index * 6000 + 1000)]).flat(),
    ],
    ['two stalls, one right after the other', [...burst(5, 5000), ...burst(5, 10_000), ...evenly(30, 11_000)]],
    ['a laptop that slept for a minute', [...evenly(10), ...burst(60, 70_000), ...evenly(10, 71_000)]],
    [
      'a laptop that sleeps again and again',
      Array.from({ length: 5 }, (_, index) => [
        ...burst(60, index * 100_000),
        ...evenly(3, index * 100_000 + 1000),
      ]).flat(),
    ],
    [
      'a tab that is frozen in the background again and again',
      Array.from({ length: 6 }, (_, index) => [
        ...burst(1, index * 20_000, false),
        ...burst(19, index * 20_000 + 19_000),
      ]).flat(),
    ],
    ['a tab in the background', Array.from({ length: 6 }, (_, index) => burst(30, index * 30_000, false)).flat()],
    [
      'a stream that is opened right before a tick, again and again',
      Array.from({ length: 10 }, (_, index) => burst(2, index * 2000)).flat(),
    ],
    [
      'a server that restarts',
      [
        ...evenly(5),
        { receivedAt: 9000, at: server + 12_000 },
        { receivedAt: 9050, at: server + 13_000 },
        ...evenly(9, 10_000),
      ],
    ],
    [
      'the same snapshot, told again and again',
      Array.from({ length: 20 }, (_, index) => ({ receivedAt: index * 10, at: server })),
    ],
    [
      'snapshots that were counted in between, for new streams',
      Array.from({ length: 40 }, (_, index) => ({ receivedAt: index * 10, at: server + index * 10 })),
    ],
    [
      'a clock that is set back again and again',
      Array.from({ length: 40 }, (_, index) => ({ receivedAt: index * 100, at: server - index * 60_000 })),
    ],
  ];

  test.each(notBuffered)('is not taken for one that is: %s', (_name, heard) => {
    expect(hearAll(heard)).not.toContain(true);
  });

  test('is never taken for one that is, as long as no snapshot is more than 800 ms late', () => {
    const lateMs = fc.integer({ min: 0, max: 800 });
    const snapshot = fc.record({ lateMs, visible: fc.boolean(), isLost: fc.boolean() });
    fc.assert(
      fc.property(fc.array(snapshot, { maxLength: 300 }), (snapshots) => {
        const diagnosis = createDiagnosis();
        snapshots.forEach(({ lateMs, visible, isLost }, index) => {
          if (isLost) return;
          diagnosis.hear({ receivedAt: index * 1000 + lateMs, at: server + index * 1000, visible });
          expect(diagnosis.isBuffered()).toBe(false);
        });
      }),
    );
  });
});

describe('a buffer', () => {
  test.each([
    [3, 9],
    [5, 15],
    [24, 72],
  ])('that is emptied every %d s is noticed after %d s', (seconds, afterSeconds) => {
    const diagnosis = createDiagnosis();
    const noticed = throughBuffer(120, seconds * 1000, -1).find((arrival) => {
      diagnosis.hear(arrival);
      return diagnosis.isBuffered();
    });
    expect(noticed?.receivedAt).toBeLessThanOrEqual(afterSeconds * 1000);
  });

  test('that is emptied every 2.5 s is noticed too', () => {
    const diagnosis = createDiagnosis();
    for (const arrival of throughBuffer(20, 2500, -1)) diagnosis.hear(arrival);
    expect(diagnosis.isBuffered()).toBe(true);
  });

  test('that is emptied every 3 s or less often is noticed with its third burst, whenever that is', () => {
    const everyMs = fc.integer({ min: 3000, max: 30_000 });
    const sinceMs = fc.integer({ min: -30_000, max: 0 });
    fc.assert(
      fc.property(everyMs, sinceMs, (everyMs, sinceMs) => {
        const diagnosis = createDiagnosis();
        // The first burst may have begun before the stream did, and be no whole one.
        for (const arrival of throughBuffer(((burstsOfBuffer + 1) * everyMs) / 1000, everyMs, sinceMs)) {
          diagnosis.hear(arrival);
        }
        expect(diagnosis.isBuffered()).toBe(true);
      }),
    );
  });

  test('is noticed by a tab that comes to the front, and is not forgotten by one that goes to the back', () => {
    const bursts = [0, 1, 2, 3].flatMap((index) => burst(5, 20_000 + index * 5000));
    const heard = [...burst(5, 10_000, false), ...bursts, ...burst(5, 40_000, false), ...burst(5, 45_000, false)];
    expect(hearAll(heard).at(-1)).toBe(true);
  });

  const buffered = [0, 1, 2].flatMap((index) => burst(5, index * 5000));

  test('is over when snapshots come evenly again', () => {
    const heard = hearAll([...buffered, ...evenly(10, 11_000)]);
    expect(heard[buffered.length - 1]).toBe(true);
    // Whether a snapshot came on its own shows when the next one comes.
    expect(heard.indexOf(false, buffered.length) - buffered.length).toBe(evenTicksOfCure);
    expect(heard.slice(buffered.length + evenTicksOfCure)).not.toContain(true);
  });

  test('is not over with a few snapshots that slip through', () => {
    const breath = (index: number) => [...burst(5, 20_000 + index * 9000), ...evenly(4, 21_000 + index * 9000)];
    expect(hearAll([...buffered, ...breath(0), ...breath(1), ...breath(2)]).slice(buffered.length)).not.toContain(
      false,
    );
  });

  test('is forgotten with the network', () => {
    const diagnosis = createDiagnosis();
    hearAll(buffered, diagnosis);
    diagnosis.reset();
    expect(diagnosis.isBuffered()).toBe(false);
    expect(hearAll(burst(5, 60_000), diagnosis)).not.toContain(true);
  });
});
