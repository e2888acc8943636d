import { describe, expect, test } from 'vitest';
import { Fleet } from '../src/store/redis/fleet.ts';
import type { FleetCopy, NodeCounts, Publication } from '../src/store/redis/report.ts';

const second = (n: number) => 1_790_000_000_000 + n * 1000;
const nobody = { online: 0, browsers: 0, visits: 0, visitorSeconds: 0 };

function counts(at: number, online: number, visits = online): NodeCounts {
  return { online, browsers: online, confirmed: online, visits, visitorSeconds: 0, pages: 0, at };
}

function totalsOf(visits: number): Publication['totals'] {
  return { since: second(-1000), visits, visitorSeconds: 0, peak: 50, peakAt: 1 };
}

function copyOf(seq: number, at: number, nodes: FleetCopy['nodes'], visits = 100): FleetCopy {
  return { seq, at, totals: totalsOf(visits), nodes };
}

function publication(seq: number, id: string, own: NodeCounts, visits = 100): Publication {
  return { seq, id, counts: own, totals: totalsOf(visits) };
}

function joined() {
  const fleet = new Fleet('me');
  fleet.join(copyOf(7, second(0), { me: counts(second(0), 1), a: counts(second(0), 20), b: counts(second(0), 30) }));
  return fleet;
}

describe('a fleet, as one node knows it', () => {
  test('adds this node’s own counts to the latest counts of the others', () => {
    const fleet = joined();
    expect(fleet.sum({ ...nobody, online: 2, browsers: 1 })).toMatchObject({ online: 52, browsers: 51, peak: 50 });
    fleet.hear(publication(8, 'a', counts(second(1), 25)));
    expect(fleet.sum(nobody).online).toBe(55);
    expect(new Fleet('me').sum({ ...nobody, online: 2 })).toMatchObject({ online: 2, peak: 0 });
  });

  test('never goes below this node’s own counts, whatever it hears and whatever cannot be reported', () => {
    const fleet = joined();
    for (let n = 1; n < 10; n++) fleet.hear(publication(7 + n, 'a', counts(second(n), 0)));
    expect(fleet.sum({ ...nobody, online: 10 })).toMatchObject({ online: 10 });
    expect(fleet.sum(nobody)).toMatchObject({ online: 0 });
  });

  test('takes a node that has missed a second tick for gone, and keeps its visits', () => {
    const fleet = joined();
    fleet.hear(publication(8, 'a', counts(second(1), 20)));
    expect(fleet.sum(nobody).online).toBe(50);
    fleet.hear(publication(9, 'a', counts(second(2), 20)));
    expect(fleet.sum(nobody)).toMatchObject({ online: 20, visits: 100 });
  });

  test('keeps everyone as last heard while Redis says nothing, and for two ticks after it is back', () => {
    const fleet = joined();
    expect(fleet.sum(nobody).online).toBe(50);
    fleet.leave();
    const late = { a: counts(second(0), 20), b: counts(second(0), 30), me: counts(second(60), 1) };
    fleet.join(copyOf(8, second(60), late));
    expect(fleet.sum(nobody).online).toBe(50);
    fleet.hear(publication(9, 'me', counts(second(61), 1)));
    fleet.hear(publication(10, 'me', counts(second(62), 1)));
    expect(fleet.sum(nobody).online).toBe(50);
    fleet.hear(publication(11, 'me', counts(second(63), 1)));
    expect(fleet.sum(nobody).online).toBe(0);
  });

  test('does not count who was on a node that was gone before this node came', () => {
    const fleet = new Fleet('me');
    fleet.join(copyOf(7, second(60), { me: counts(second(60), 0), a: counts(second(0), 20) }));
    expect(fleet.sum(nobody).online).toBe(0);
  });

  test('adds to the totals what this node has counted since its last report', () => {
    const fleet = joined();
    expect(fleet.sum({ ...nobody, visits: 5 }).visits).toBe(104);
    fleet.hear(publication(8, 'me', counts(second(1), 0, 5), 104));
    expect(fleet.sum({ ...nobody, visits: 5 }).visits).toBe(104);
    expect(fleet.sum({ ...nobody, visits: 6 }).visits).toBe(105);
  });

  test('asks for a copy after a gap, and believes no totals until it has one', () => {
    const fleet = joined();
    fleet.hear(publication(9, 'me', counts(second(1), 0, 5), 300));
    expect(fleet.isComplete).toBe(false);
    expect(fleet.sum({ ...nobody, visits: 5 }).visits).toBe(104);
    fleet.hear(publication(10, 'a', counts(second(1), 22), 300));
    expect(fleet.sum(nobody).online).toBe(52);
    fleet.join(copyOf(11, second(1), { me: counts(second(1), 0, 5), a: counts(second(1), 22) }, 300));
    expect(fleet.isComplete).toBe(true);
    expect(fleet.sum({ ...nobody, visits: 5 }).visits).toBe(300);
  });

  test('misses nothing that was published between a copy and the moment at which it is taken', () => {
    const fleet = new Fleet('me');
    for (const seq of [6, 7, 8, 9]) fleet.hear(publication(seq, 'a', counts(second(seq), seq), 100 + seq));
    fleet.join(copyOf(7, second(7), { me: counts(second(7), 0), a: counts(second(7), 7) }, 107));
    expect(fleet.isComplete).toBe(true);
    expect(fleet.sum(nobody)).toMatchObject({ online: 9, visits: 109 });
  });

  test('is not changed by a publication that it knows', () => {
    const fleet = joined();
    fleet.hear(publication(7, 'a', counts(second(0), 99), 999));
    expect(fleet.sum(nobody)).toMatchObject({ online: 50, visits: 100 });
    expect(fleet.isComplete).toBe(true);
  });

  test('gives back all that it knows', () => {
    const fleet = joined();
    fleet.hear(publication(8, 'a', counts(second(1), 21), 103));
    expect(fleet.copy()).toEqual(
      copyOf(8, second(1), { me: counts(second(0), 1), a: counts(second(1), 21), b: counts(second(0), 30) }, 103),
    );
    expect(new Fleet('me').copy()).toBeUndefined();
  });
});
