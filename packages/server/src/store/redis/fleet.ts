import { tickOf } from '@live-visitors/shared';
import type { Counts } from '../../presence/presence.ts';
import { missedTicks, returnTicks } from '../../timing.ts';
import type { FleetCopy, NodeCounts, Publication } from './report.ts';

/** How many publications are kept until the copy arrives that they follow. If there are more, it is requested again. */
const maxEarly = 1000;

type Node = { counts: NodeCounts; presentUntil: number };

/**
 * What one node knows of its fleet: the latest counts of each node, and the totals. Each node adds up by itself who is
 * online, so that its own visitors are always counted as they are now.
 */
export class Fleet {
  readonly #id: string;
  #nodes = new Map<string, Node>();
  #latest: Omit<FleetCopy, 'nodes'> | undefined;
  /** What was heard since a copy was needed, as part of it may be newer than that; `undefined` if none is needed. */
  #early: Publication[] | undefined = [];

  /** @param id - this node's own */
  constructor(id: string) {
    this.#id = id;
  }

  /** Whether every publication since the last copy was heard. Otherwise the next call must ask for a copy. */
  get isComplete(): boolean {
    return this.#early === undefined;
  }

  /** What the last publication that is known has said; `undefined` before the first copy. */
  get latest(): Omit<FleetCopy, 'nodes'> | undefined {
    return this.#latest;
  }

  /** Takes the copy that Redis gives once for each connection. */
  join({ nodes, ...copied }: FleetCopy): void {
    const before = this.#nodes;
    const lastAt = this.#latest?.at ?? 0;
    this.#nodes = new Map();
    for (const [name, counts] of Object.entries(nodes)) {
      const known = before.get(name);
      // If Redis was away, the other nodes could not report either.
      const returnsUntil = known && isPresent(known, lastAt) ? tickOf(copied.at) + returnTicks : 0;
      this.#nodes.set(name, { counts, presentUntil: Math.max(tickOf(counts.at) + missedTicks, returnsUntil) });
    }
    this.#latest = copied;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const publication of early) if (publication.seq > copied.seq) this.hear(publication);
  }

  /** Call it when a connection has ended, or Redis does not know this node any more. */
  leave(): void {
    this.#early = [];
  }

  /** Takes a publication. One that is known already changes nothing. */
  hear(publication: Publication): void {
    const { seq, id, counts, totals } = publication;
    const lastSeq = this.#latest?.seq ?? 0;
    if (this.isComplete && seq <= lastSeq) return;
    if (seq !== lastSeq + 1) this.#early ??= [];
    if (this.#early && this.#early.length < maxEarly) this.#early.push(publication);
    // This node's counts must stay those that the known totals contain.
    if (this.#latest === undefined || (!this.isComplete && id === this.#id)) return;
    this.#nodes.set(id, { counts, presentUntil: tickOf(counts.at) + missedTicks });
    if (this.isComplete) this.#latest = { seq, at: counts.at, totals };
  }

  /** Adds up who is online and what was counted, with these counts of the node's own. */
  sum({ online, browsers, visits, visitorSeconds }: Counts) {
    const others = this.#others();
    const add = (own: number, figure: 'online' | 'browsers') =>
      others.reduce((sum, [, { counts }]) => sum + counts[figure], own);
    const reported = this.#nodes.get(this.#id)?.counts ?? { visits: 0, visitorSeconds: 0 };
    const totals = this.#latest?.totals ?? { visits: 0, visitorSeconds: 0, peak: 0 };
    return {
      online: add(online, 'online'),
      browsers: add(browsers, 'browsers'),
      visits: totals.visits + Math.max(0, visits - reported.visits),
      visitorSeconds: totals.visitorSeconds + Math.max(0, visitorSeconds - reported.visitorSeconds),
      peak: totals.peak,
    };
  }

  /** The number of the last report about pages of each other node that is present; `undefined` before the first copy. */
  pageReports(): ReadonlyMap<string, number> | undefined {
    return this.#latest && new Map(this.#others().map(([id, { counts }]) => [id, counts.pages]));
  }

  #others() {
    const at = this.#latest?.at ?? 0;
    return [...this.#nodes].filter(([id, node]) => id !== this.#id && isPresent(node, at));
  }

  /** A copy for a Redis that may have lost what it knew; `undefined` if this node knows nothing. */
  copy(): FleetCopy | undefined {
    const nodes = Object.fromEntries([...this.#nodes].map(([id, { counts }]) => [id, counts]));
    return this.#latest && { ...this.#latest, nodes };
  }
}

function isPresent({ presentUntil }: Node, at: number): boolean {
  return presentUntil >= tickOf(at);
}
