import * as v from 'valibot';
import { parseOriginPattern } from '../http/origin.ts';
import { isRedisUrl } from '../store/redis/url.ts';
import { trustProxySchema } from './trust-proxy.ts';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const defaultRedisPrefix = 'live-visitors';

export type Variable = {
  /** What it is for, in a sentence. */
  meaning: string;
  /** Its default in words, where the schema has none that says it. */
  standard?: string;
  schema: v.GenericSchema;
  /** What it must be. */
  say: string;
  /** Whether what is set must not be shown. */
  isSecret?: boolean;
};

export type Variables = ReturnType<typeof variablesFor>;

/** The environment variables, by their names. */
export function variablesFor(openFiles: number) {
  const maxStreams = openFiles - reservedFiles(openFiles);
  return {
    HOST: {
      meaning: 'The address to listen on.',
      standard: 'all of them',
      schema: v.optional(v.pipe(v.string(), v.regex(/^[\w.:%-]+$/))),
      say: 'a host name or an IP address, for example 127.0.0.1, or left out to listen on all addresses',
    },
    PORT: {
      meaning: 'The TCP port; 0 takes any that is free.',
      schema: v.optional(wholeNumber(0, 65_535), '3000'),
      say: 'a whole number from 0 to 65535, for example 3000',
    },
    ALLOWED_ORIGINS: {
      meaning: 'The origins whose pages may read the count, separated by commas; * is any.',
      schema: v.optional(
        v.union([
          v.literal('*'),
          v.pipe(
            v.string(),
            v.transform((list) => list.split(',').map((entry) => parseOriginPattern(entry.trim()))),
            v.array(v.string()),
            v.readonly(),
          ),
        ]),
        '*',
      ),
      say: '* or a list of origins, for example https://example.com,https://*.example.com',
    },
    DATA_DIR: {
      meaning: 'The folder in which the totals are kept; it is made where it is missing.',
      schema: v.optional(v.pipe(v.string(), v.regex(/^[^\0]+$/)), 'data'),
      say: 'the path of a folder, for example /var/lib/live-visitors',
    },
    REDIS_URL: {
      meaning: 'The Redis 6.2 or later, or Valkey, that several servers share to count as one, instead of DATA_DIR.',
      standard: 'none',
      schema: v.optional(v.pipe(v.string(), v.check(isRedisUrl))),
      say: 'the URL of a Redis, with the user and password where it takes them, for example redis://localhost:6379, or left out to keep the totals in a file',
      isSecret: true,
    },
    REDIS_PREFIX: {
      meaning: 'What the names of all keys in it begin with.',
      schema: v.optional(v.pipe(v.string(), v.regex(/^[\w.:-]{1,64}$/)), defaultRedisPrefix),
      say: '1 to 64 characters of A-Z a-z 0-9 _ . : -, for example live-visitors',
    },
    MAX_STREAMS: {
      meaning: 'The most streams at once; one more is answered with 503.',
      standard: 'the limit of open files, less 1000 (below 4000: less a quarter)',
      schema: v.optional(wholeNumber(1, maxStreams), String(maxStreams)),
      say: `a whole number from 1 to ${maxStreams}, for example ${maxStreams}, unless the limit of ${openFiles} open files (ulimit -n) is raised`,
    },
    MAX_STREAMS_PER_ADDRESS: {
      meaning: 'The most from one address, with four tabs to each on average; one more is answered with 429.',
      schema: v.optional(wholeNumber(1, 1_000_000), '256'),
      say: 'a whole number from 1 to 1000000, for example 256',
    },
    TRUST_PROXY: {
      meaning: 'The proxies whose X-Forwarded-For is believed: addresses, networks, or how many there are.',
      schema: v.optional(trustProxySchema, 'loopback'),
      say: 'the addresses or networks of your proxies, or how many proxies there are, for example loopback,10.0.0.0/8',
    },
    KEEP_ALIVE_SECONDS: {
      meaning: 'How long an idle connection stays open: longer than the load balancer in front keeps it.',
      schema: v.optional(wholeNumber(1, 3600), '75'),
      say: 'a whole number of seconds from 1 to 3600, for example 620',
    },
    METRICS: {
      meaning:
        'Who may read GET /metrics: on is everyone, private is whoever asks from a private network, off is nobody.',
      schema: v.optional(v.picklist(['on', 'off', 'private']), 'private'),
      say: 'on, off or private',
    },
    LOG_LEVEL: {
      meaning: 'One of fatal, error, warn, info, debug, trace and silent; addresses are logged at debug only.',
      schema: v.optional(v.picklist(logLevels), 'info'),
      say: `one of ${logLevels.join(', ')}`,
    },
  } satisfies Record<string, Variable>;
}

/** How many of the files that may be open are kept for all that is no stream. */
export function reservedFiles(openFiles: number): number {
  return Math.min(1000, Math.ceil(openFiles / 4));
}

function wholeNumber(min: number, max: number) {
  return v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number), v.minValue(min), v.maxValue(max));
}
