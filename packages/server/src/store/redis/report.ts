import { nonNegativeIntegerSchema } from '@live-visitors/shared';
import { defineScript } from 'redis';
import * as v from 'valibot';
import type { FleetCopy, NodeCounts, Publication } from './fleet.ts';
import { lost, reportLua } from './script.ts';

/** What a node reports. */
export type Report = {
  /** Names the process. */
  id: string;
  counts: Omit<NodeCounts, 'at'>;
  /** The most confirmed visitors that it ever had. */
  highest: number;
  /** The number of the last publication that it knows. */
  seq: number;
  /** Whether to answer with a copy. */
  join: boolean;
};

const whole = nonNegativeIntegerSchema;

const publicationSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.tuple([whole, v.string(), whole, whole, whole, whole, whole, whole, whole, whole, whole, whole]),
  v.transform(([seq, id, at, online, browsers, confirmed, visits, visitorSeconds, ...totals]): Publication => {
    const [allVisits, allSeconds, peak, peakAt] = totals;
    return {
      seq,
      id,
      counts: { online, browsers, confirmed, visits, visitorSeconds, at },
      totals: { visits: allVisits, visitorSeconds: allSeconds, peak, peakAt },
    };
  }),
);

const countsSchema = v.object({
  online: whole,
  browsers: whole,
  confirmed: whole,
  visits: whole,
  visitorSeconds: whole,
  at: whole,
});

const copySchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    seq: whole,
    since: whole,
    at: whole,
    visits: whole,
    visitorSeconds: whole,
    peak: whole,
    peakAt: whole,
    nodes: v.record(v.string(), countsSchema),
  }),
);

/** Reads what the script publishes; `undefined` where it is of another version. */
export function decodePublication(message: string): Publication | undefined {
  const result = v.safeParse(publicationSchema, message);
  return result.success ? result.output : undefined;
}

/** Where a fleet keeps its figures, and the channel on which its nodes hear each other. */
export type RedisNames = ReturnType<typeof redisNames>;

/**
 * The names of a fleet's keys and of its channel. The braces put all keys on one node of a Redis Cluster. Channels know no
 * database numbers, so that the name bears the number.
 */
export function redisNames(prefix: string, database: number) {
  const key = (name: string) => `{${prefix}}:${name}`;
  return {
    fleet: key('fleet'),
    nodes: key('nodes'),
    heard: key('heard'),
    seconds: key('seconds'),
    minutes: key('minutes'),
    channel: key(`fleet@${database}`),
  };
}

/**
 * The script as a command of the client: `client.report(names, report, copy)`.
 *
 * @returns what was published, or the copy that `join` asks for, or `undefined` where Redis does not know the node
 * @throws ValiError where the answer is of another version
 */
export const reportScript = defineScript({
  SCRIPT: reportLua,
  NUMBER_OF_KEYS: 5,
  parseCommand(
    parser,
    { fleet, nodes, heard, seconds, minutes, channel }: RedisNames,
    report: Report,
    copy: FleetCopy | undefined,
  ) {
    parser.pushKeys([fleet, nodes, heard, seconds, minutes]);
    // From clients without a password, Redis reads ten arguments at most. With more, it would end the connection without
    // saying why.
    parser.push(JSON.stringify({ ...report, channel }), copy === undefined ? '' : JSON.stringify(copy));
  },
  transformReply(reply: unknown): { publication: Publication } | { copy: FleetCopy } | undefined {
    if (reply === lost) return undefined;
    return String(reply).startsWith('[')
      ? { publication: v.parse(publicationSchema, reply) }
      : { copy: v.parse(copySchema, reply) };
  },
});
