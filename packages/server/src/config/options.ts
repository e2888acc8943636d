import { matching, oneOf, type Parameter, wholeNumber } from '@live-visitors/shared';
import express from 'express';
import { parseOriginPattern } from '../http/origin.ts';
import { isRedisUrl } from '../store/redis/url.ts';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The options of the library: each has the name of its environment variable, in camel case. */
export type LibraryOptions = {
  /** Origins whose pages may read the count, besides the app's own. A host may begin with `*.`; `*` allows all. */
  allowedOrigins: '*' | readonly string[];
  /** The folder for the totals; created if missing. */
  dataDir: string;
  /** A Redis (6.2 or later) or Valkey that several servers share to count as one. Replaces `dataDir`. */
  redisUrl: string | undefined;
  /** Prefix of all keys in Redis. */
  redisPrefix: string;
  /** Maximum number of open streams. */
  maxStreams: number;
  /** Maximum number of open streams per client address. */
  maxStreamsPerAddress: number;
  /** Maximum number of pages with a count. */
  maxPages: number;
  /** Who may read `pages`, the list of pages: everyone (`on`), clients on private networks (`private`) or nobody (`off`). */
  listPages: 'on' | 'off' | 'private';
  /** Who may read `metrics`: everyone (`on`), clients on private networks (`private`) or nobody (`off`, the default). */
  metrics: 'on' | 'off' | 'private';
};

/** The options of the command. */
export type CommandOptions = LibraryOptions & {
  host: string | undefined;
  port: number;
  /** Which peers' `X-Forwarded-For` is trusted, as in Express's setting `trust proxy`. */
  trustProxy: boolean | number | string;
  keepAliveSeconds: number;
  logLevel: (typeof logLevels)[number];
};

export type Option<Value> = Parameter<Value> & {
  /** What it is for, in a sentence. */
  meaning: string;
  default: Value;
  /** The default in words, if its value does not say it. */
  defaultText?: string;
  /** The library's default, if it differs. */
  libraryDefault?: Value;
  /** Its value must not be shown. */
  isSecret?: boolean;
  /** Reads the option of the library. By default, `read` gets it as text. */
  readOption?: (value: unknown) => Value | undefined;
};

type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Uppercase<First> ? '_' : ''}${Uppercase<First>}${SnakeCase<Rest>}`
  : '';

/** All options by their environment variables, in the order of `--help`. */
export type Options = {
  [Name in keyof CommandOptions as SnakeCase<Name>]: Option<CommandOptions[Name]> &
    (Name extends keyof LibraryOptions ? { isForCommandOnly?: never } : { isForCommandOnly: true });
};

/** @param openFiles - how many files this process may have open at once */
export function optionsFor(openFiles: number): Options {
  const maxStreams = openFiles - reservedFiles(openFiles);
  return {
    HOST: {
      isForCommandOnly: true,
      meaning: 'The address to listen on.',
      default: undefined,
      defaultText: 'all addresses',
      ...matching(
        'a host name or an IP address, for example 127.0.0.1, or left out to listen on all addresses',
        /^[\w.:%-]+$/,
      ),
    },
    PORT: {
      isForCommandOnly: true,
      meaning: 'The TCP port; 0 picks a free one.',
      default: 3000,
      ...wholeNumber(0, 65_535),
    },
    ALLOWED_ORIGINS: {
      meaning: 'Origins whose pages may read the count, separated by commas; * allows all.',
      limits: '* or a list of origins, for example https://example.com,https://*.example.com',
      default: '*',
      read: (list) => readOrigins(list === '*' ? list : list.split(',').map((entry) => entry.trim())),
      readOption: readOrigins,
    },
    DATA_DIR: {
      meaning: 'The folder for the totals; created if missing.',
      default: 'data',
      ...matching('the path of a folder, for example /var/lib/live-visitors', /^[^\0]+$/),
    },
    REDIS_URL: {
      meaning: 'A Redis (6.2 or later) or Valkey that several servers share to count as one. Replaces DATA_DIR.',
      limits:
        'the URL of a Redis, with user and password if it requires them (percent-encoded), for example redis://localhost:6379, or left out to keep the totals in a file',
      default: undefined,
      defaultText: 'none',
      isSecret: true,
      read: (url) => (isRedisUrl(url) ? url : undefined),
    },
    REDIS_PREFIX: {
      meaning: 'Prefix of all keys in Redis.',
      default: 'live-visitors',
      ...matching('1 to 64 characters of A-Z a-z 0-9 _ . : -, for example live-visitors', /^[\w.:-]{1,64}$/),
    },
    MAX_STREAMS: {
      meaning: 'Maximum number of open streams; more get 503.',
      default: maxStreams,
      defaultText: 'open-file limit minus 1000; minus a quarter if the limit is below 4000',
      ...wholeNumber(1, maxStreams),
      limits: `a whole number from 1 to ${maxStreams} (for more, raise the open-file limit of ${openFiles}, ulimit -n)`,
    },
    MAX_STREAMS_PER_ADDRESS: {
      meaning: 'Maximum number of streams per client address, and four times as many tabs; more get 429.',
      default: 256,
      ...wholeNumber(1, 1_000_000),
    },
    MAX_PAGES: {
      meaning: 'Maximum number of pages with a count of their own; the counts of more are unknown.',
      default: 10_000,
      ...wholeNumber(0, 1_000_000),
    },
    LIST_PAGES: {
      meaning: 'Who may read GET /pages: on for everyone, private for clients on private networks, off for nobody.',
      default: 'off',
      ...oneOf('on', 'off', 'private'),
    },
    TRUST_PROXY: {
      isForCommandOnly: true,
      meaning: 'Proxies whose X-Forwarded-For is trusted: addresses, networks, or the number of proxies.',
      limits: 'the addresses or networks of your proxies, or the number of proxies, for example loopback,10.0.0.0/8',
      default: 'loopback',
      read: readTrustProxy,
    },
    KEEP_ALIVE_SECONDS: {
      isForCommandOnly: true,
      meaning: 'How long an idle connection stays open; must be longer than the load balancer in front keeps it.',
      default: 75,
      ...wholeNumber(1, 3600),
    },
    METRICS: {
      meaning: 'Who may read GET /metrics: on for everyone, private for clients on private networks, off for nobody.',
      default: 'private',
      libraryDefault: 'off',
      ...oneOf('on', 'off', 'private'),
    },
    LOG_LEVEL: {
      isForCommandOnly: true,
      meaning: `One of ${logLevels.join(', ')}; client addresses appear only at debug and trace.`,
      default: 'info',
      ...oneOf(...logLevels),
    },
  };
}

/** How many open files are reserved for everything but streams. */
export function reservedFiles(openFiles: number): number {
  return Math.min(1000, Math.ceil(openFiles / 4));
}

function readOrigins(value: unknown): '*' | string[] | undefined {
  if (value === '*') return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const patterns = value.map((entry) => (typeof entry === 'string' ? parseOriginPattern(entry) : undefined));
  return patterns.every((pattern) => pattern !== undefined) ? patterns : undefined;
}

/** Express takes `true`, `false` and numbers as in JavaScript, and other text as a list of addresses. */
function readTrustProxy(text: string): CommandOptions['trustProxy'] | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\d{1,3}$/.test(text)) return Number(text);
  // In a list, Express would take a number as an address: 1 as 0.0.0.1.
  if (/(^|,)\s*\d[^.:,]*(,|$)/.test(text)) return undefined;
  try {
    // Only Express knows which addresses it accepts: it throws if one is invalid.
    express().set('trust proxy', text);
    return text;
  } catch {
    return undefined;
  }
}
