import { defineScript } from 'redis';
import * as v from 'valibot';
import { nonNegativeInteger as integer } from '../../history/minutes.ts';
import { lost, reportLua } from './script.ts';

/** The latest counts of one node. `visits` and `visitorSeconds` are totals since its process began. */
const countsSchema = v.object({
  online: integer,
  browsers: integer,
  /** How many of `online` may raise the peak. */
  confirmed: integer,
  visits: integer,
  visitorSeconds: integer,
  /** When Redis received them, in milliseconds since 1970, by its clock. */
  at: integer,
});

export type NodeCounts = v.InferOutput<typeof countsSchema>;

/** What Redis publishes when a node has reported: the node's counts, and the fleet's totals, which contain them. */
const publicationSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.tuple([
    integer,
    v.string(),
    integer,
    integer,
    integer,
    integer,
    integer,
    integer,
    integer,
    integer,
    integer,
    integer,
  ]),
  v.transform(([seq, id, at, online, browsers, confirmed, visits, visitorSeconds, ...totals]) => {
    const [allVisits, allSeconds, peak, peakAt] = totals;
    return {
      /** Publications are numbered without gaps. */
      seq,
      id,
      counts: { online, browsers, confirmed, visits, visitorSeconds, at },
      totals: { visits: allVisits, visitorSeconds: allSeconds, peak, peakAt },
    };
  }),
);

export type Publication = v.InferOutput<typeof publicationSchema>;

/** All that Redis knows of a fleet, as of one publication. The totals are those of all its processes, past and present. */
const copySchema = v.object({
  seq: integer,
  /** When this Redis began to count, in milliseconds since 1970. */
  since: integer,
  at: integer,
  visits: integer,
  visitorSeconds: integer,
  peak: integer,
  peakAt: integer,
  /** The nodes that reported in the last minutes. */
  nodes: v.record(v.string(), countsSchema),
});

export type FleetCopy = v.InferOutput<typeof copySchema>;

/** What a node reports. */
export type Report = {
  /** The id of the process. */
  id: string;
  counts: Omit<NodeCounts, 'at'>;
  /** The most confirmed visitors that it ever had. */
  highest: number;
  /** The number of the last publication that it knows. */
  seq: number;
  /** Whether to answer with a copy. */
  join: boolean;
};

/** Reads what the script publishes; `undefined` if it is of another version. */
export function readPublication(message: string): Publication | undefined {
  const result = v.safeParse(publicationSchema, message);
  return result.success ? result.output : undefined;
}

/** The keys of a fleet, and the channel on which its nodes hear each other. */
export type RedisNames = ReturnType<typeof redisNames>;

/**
 * The names of a fleet's keys and of its channel. The braces put all keys on one node of a Redis Cluster. The channel's
 * name includes the database number because channels are shared by all databases.
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
 * @returns what was published, or the copy that `join` asks for, or `undefined` if Redis does not know the node
 * @throws ValiError if the answer is of another version
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
    // Before a client has logged in, Redis reads at most ten arguments. With more it closes the connection without an error.
    parser.push(JSON.stringify({ ...report, channel }), copy === undefined ? '' : JSON.stringify(copy));
  },
  transformReply(reply: unknown): { publication: Publication } | { copy: FleetCopy } | undefined {
    if (reply === lost) return undefined;
    return String(reply).startsWith('[')
      ? { publication: v.parse(publicationSchema, reply) }
      : { copy: v.parse(v.pipe(v.string(), v.parseJson(), copySchema), reply) };
  },
});
