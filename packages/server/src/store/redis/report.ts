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
  /** The number of the node's last report about pages; 0 if it has none. */
  pages: integer,
  /** When Redis received them, in milliseconds since 1970, by its clock. */
  at: integer,
});

export type NodeCounts = v.InferOutput<typeof countsSchema>;

const pageReportSchema = v.object({
  /** Nothing that the node has reported after the report with this number is left out. */
  after: integer,
  /** Reports are numbered, with gaps. */
  number: integer,
  /** Whether a new hash begins with it. */
  isFirst: v.boolean(),
  /** Whether the hash has all again that Redis had before it lost it. */
  isWhole: v.boolean(),
  changes: v.array(v.tuple([v.string(), integer])),
});

/** What a node reports about its pages. */
export type PageReport = v.InferOutput<typeof pageReportSchema>;

/** What Redis has of the pages of a node. */
export type StoredPages = Pick<PageReport, 'number' | 'isWhole' | 'changes'>;

/** What the script publishes. Lists, because with names Redis would send twice as much to all nodes. */
export const publicationSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.tuple([
    integer,
    v.string(),
    v.tuple([integer, integer, integer, integer, integer, integer, integer]),
    v.tuple([integer, integer, integer, integer, integer]),
    v.nullish(pageReportSchema),
    v.optional(v.record(v.string(), countsSchema)),
  ]),
  v.transform(([seq, id, counts, totals, pageReport, nodes]) => {
    const [at, online, browsers, confirmed, visits, visitorSeconds, pages] = counts;
    const [since, allVisits, allSeconds, peak, peakAt] = totals;
    return {
      /** Publications are numbered without gaps. */
      seq,
      /** The id of the process that has reported, and its counts. */
      id,
      counts: { online, browsers, confirmed, visits, visitorSeconds, pages, at },
      /** Those of all processes of the fleet, past and present, since this Redis began to count. */
      totals: { since, visits: allVisits, visitorSeconds: allSeconds, peak, peakAt },
      /** What has changed on the pages of the node. */
      pageReport,
      /** The nodes that reported in the last minutes: only in the answer to a node that joins. */
      nodes,
    };
  }),
);

/** What Redis publishes when a node has reported, and answers to that node. */
type Message = v.InferOutput<typeof publicationSchema>;

export type Publication = Omit<Message, 'pageReport' | 'nodes'>;

/** All that Redis knows of a fleet, as of one publication. */
export type FleetCopy = Pick<Message, 'seq' | 'totals'> & { at: number; nodes: Record<string, NodeCounts> };

/** What a node reports. */
export type Report = {
  /** The id of the process. */
  id: string;
  counts: Omit<NodeCounts, 'at' | 'pages'>;
  /** The most confirmed visitors that it ever had. */
  highest: number;
  /** The number of the last publication that it knows. */
  seq: number;
  /** Whether to answer with a copy. */
  join: boolean;
  /** What the node knows, for a Redis that may have lost it. */
  copy: FleetCopy | undefined;
};

/** The keys of a fleet, and the channel on which its nodes hear each other. */
export type RedisNames = ReturnType<typeof redisNames>;

/**
 * The names of a fleet's keys and of its channel. The braces put all keys on one node of a Redis Cluster. The channel's
 * name includes the number of the URL's database because channels are shared by all databases.
 */
export function redisNames(prefix: string, url: string) {
  const database = Number(new URL(url).pathname.slice(1));
  const key = (name: string) => `{${prefix}}:${name}`;
  return {
    fleet: key('fleet'),
    nodes: key('nodes'),
    heard: key('heard'),
    seconds: key('seconds'),
    minutes: key('minutes'),
    /** The hash of one node's pages. */
    pages: (id: string) => key(`pages:${id}`),
    channel: key(`fleet@${database}`),
  };
}

/**
 * The script as a command of the client: `client.report(names, report, pageReport)`.
 *
 * @returns what was published, without pages, and with the nodes if `join` asks for them; `undefined` if Redis does not
 * know the node
 * @throws ValiError if the answer is of another version
 */
export const reportScript = defineScript({
  SCRIPT: reportLua,
  NUMBER_OF_KEYS: 5,
  parseCommand(
    parser,
    { fleet, nodes, heard, seconds, minutes, pages, channel }: RedisNames,
    report: Report,
    pageReport: PageReport | undefined,
  ) {
    parser.pushKeys([fleet, nodes, heard, seconds, minutes]);
    // Before a client has logged in, Redis reads at most ten arguments. With more it closes the connection without an error.
    // So the hash is not among the keys. Its braces put it in the same slot.
    parser.push(
      JSON.stringify({ ...report, channel, pagesKey: pageReport && pages(report.id) }),
      pageReport === undefined ? '' : JSON.stringify(pageReport),
    );
  },
  transformReply: (reply: unknown): Omit<Message, 'pageReport'> | undefined =>
    reply === lost ? undefined : v.parse(publicationSchema, reply),
});
