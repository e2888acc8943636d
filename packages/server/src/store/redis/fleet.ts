import type { Counts } from '../../presence/presence.ts';
import { tickOf } from '../../stream/tick.ts';
import { missedTicks, returnTicks } from '../../timing.ts';

/** The latest counts of one node. `visits` and `visitorSeconds` are totals since its process began. */
export type NodeCounts = {
  online: number;
  browsers: number;
  /** How many of `online` may raise the peak. */
  confirmed: number;
  visits: number;
  visitorSeconds: number;
  /** When Redis took them, in milliseconds since 1970, by its clock. */
  at: number;
};

/** What all processes of the fleet have counted so far, those that have ended among them. */
type FleetTotals = { visits: number; visitorSeconds: number; peak: number; peakAt: number };

/** What Redis publishes when a node has reported: the node's counts, and the totals that contain them. */
export type Publication = {
  /** Publications are numbered without gaps. */
  seq: number;
  id: string;
  counts: NodeCounts;
  totals: FleetTotals;
};

/** All that Redis knows of a fleet, as of one publication. */
export type FleetCopy = FleetTotals & {
  seq: number;
  /** When this Redis began to count, in milliseconds since 1970. */
  since: number;
  at: number;
  /** Those that reported in the last minutes. */
  nodes: { [id: string]: NodeCounts };
};

/** How many publications are kept until the copy comes that they follow. With more nodes than that, it is asked for again. */
const maxEarly = 1000;

type Node = { counts: NodeCounts; presentUntil: number };

/**
 * What one node knows of its fleet: the latest counts of each node, and the totals. It adds up by itself who is online;
 * no sum that Redis makes contains somebody who is here or has left.
 *
 * @param id - this node's own
 */
export function createFleet(id: string) {
  let nodes = new Map<string, Node>();
  let copied: Omit<FleetCopy, 'nodes'> | undefined;
  let isComplete = false;
  /** What was heard since the last call that asked for a copy: part of it may be newer than the copy. */
  let early: Publication[] = [];

  const isPresent = ({ presentUntil }: Node, at: number) => presentUntil >= tickOf(at);

  function hear(publication: Publication): void {
    const { seq, id: name, counts, totals } = publication;
    if (isComplete && copied !== undefined && seq <= copied.seq) return;
    if (seq !== (copied?.seq ?? 0) + 1) isComplete = false;
    if (!isComplete && early.length < maxEarly) early.push(publication);
    // The totals that are known contain the counts of this node that are known.
    if (copied === undefined || (!isComplete && name === id)) return;
    nodes.set(name, { counts, presentUntil: tickOf(counts.at) + missedTicks });
    if (isComplete) copied = { ...copied, ...totals, seq, at: counts.at };
  }

  return {
    /** Whether every publication since the last copy was heard. Otherwise the next call must ask for a copy. */
    isComplete: () => isComplete,

    /** Takes the copy that Redis gives once for each connection. */
    join({ nodes: found, ...rest }: FleetCopy): void {
      const before = nodes;
      const lastAt = copied?.at ?? 0;
      nodes = new Map();
      for (const [name, counts] of Object.entries(found)) {
        const known = before.get(name);
        // If Redis was away, that others could not report meanwhile says nothing about them.
        const returnsUntil = known && isPresent(known, lastAt) ? tickOf(rest.at) + returnTicks : 0;
        nodes.set(name, { counts, presentUntil: Math.max(tickOf(counts.at) + missedTicks, returnsUntil) });
      }
      copied = rest;
      isComplete = true;
      const heard = early;
      early = [];
      heard.filter(({ seq }) => seq > rest.seq).forEach(hear);
    },

    /** To be called when a connection has ended, or Redis does not know this node any more. */
    leave(): void {
      isComplete = false;
      early = [];
    },

    /** Takes a publication. One that is known already changes nothing. */
    hear,

    /** Adds up who is online and what was counted, with this counts of the node's own. */
    sum({ online, browsers, visits, visitorSeconds }: Counts) {
      const others = [...nodes].filter(([name, node]) => name !== id && isPresent(node, copied?.at ?? 0));
      const add = (own: number, figure: 'online' | 'browsers') =>
        others.reduce((sum, [, { counts }]) => sum + counts[figure], own);
      const known = nodes.get(id)?.counts;
      return {
        online: add(online, 'online'),
        browsers: add(browsers, 'browsers'),
        visits: (copied?.visits ?? 0) + Math.max(0, visits - (known?.visits ?? 0)),
        visitorSeconds: (copied?.visitorSeconds ?? 0) + Math.max(0, visitorSeconds - (known?.visitorSeconds ?? 0)),
        peak: copied?.peak ?? 0,
      };
    },

    /** The number of the last publication that is known, and when it was; 0 before there is one. */
    seq: () => copied?.seq ?? 0,
    at: () => copied?.at,

    /** For a Redis that may have lost what it knew; `undefined` where there is nothing to give back. */
    copy(): FleetCopy | undefined {
      return copied && { ...copied, nodes: Object.fromEntries([...nodes].map(([name, { counts }]) => [name, counts])) };
    },
  };
}
