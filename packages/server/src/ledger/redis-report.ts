import { wholeSchema } from '@live-visitors/shared';
import { defineScript } from 'redis';
import * as v from 'valibot';
import type { Reading } from '../core/audience.ts';
import { reportLua } from './redis-script.ts';

/** What a node reports. */
export type Report = {
  /** Names the process. */
  id: string;
  /** Tells this call from the others of the process. */
  call: number;
  reading: Reading;
  /** The most tabs that it ever had open. */
  highest: number;
};

const publicationSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.tuple([v.string(), wholeSchema, wholeSchema, wholeSchema, wholeSchema, wholeSchema, wholeSchema, wholeSchema]),
  v.transform(([id, call, at, online, browsers, visits, visitorSeconds, peak]) => {
    return { id, call, totals: { at, online, browsers, visits, visitorSeconds, peak } };
  }),
);

/** The fleet's figures at the time `at` of Redis, in milliseconds since 1970, right after a call of some node. */
export type Publication = v.InferOutput<typeof publicationSchema>;

/** Reads what the script publishes; `undefined` where it is of another version. */
export function decodePublication(message: string): Publication | undefined {
  const result = v.safeParse(publicationSchema, message);
  return result.success ? result.output : undefined;
}

/** The keys under a prefix. The braces put them all on one node of a Redis Cluster. */
export function redisKeys(prefix: string) {
  const key = (name: string) => `{${prefix}}:${name}`;
  return {
    fleet: key('fleet'),
    nodes: key('nodes'),
    heard: key('heard'),
    seconds: key('seconds'),
    minutes: key('minutes'),
  };
}

/**
 * The script as a command of the client: `client.report(keys, report, copy)`, with the copy that the last call was
 * answered with, or an empty one where there was none.
 */
export const reportScript = defineScript({
  SCRIPT: reportLua,
  NUMBER_OF_KEYS: 5,
  parseCommand(
    parser,
    { fleet, nodes, heard, seconds, minutes }: ReturnType<typeof redisKeys>,
    report: Report,
    copy: string,
  ) {
    parser.pushKeys([fleet, nodes, heard, seconds, minutes]);
    // Of those who have not said a password, Redis reads no more than ten words: it would end the connection without
    // saying why.
    parser.push(JSON.stringify(report), copy);
  },
  transformReply: (reply: unknown): string => v.parse(v.string(), reply),
});
