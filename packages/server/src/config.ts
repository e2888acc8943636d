import express from 'express';
import * as v from 'valibot';
import { isRedisUrl } from './redis-trouble.ts';

export type Config = {
  /** The address to listen on; all of them where it is left out. */
  host: string | undefined;
  /** The TCP port; 0 takes any that is free. */
  port: number;
  /** The origins whose pages may read the count, besides the server's own; `*` is all of them. */
  allowedOrigins: '*' | readonly string[];
  /** The folder in which the totals are kept, where there is no Redis. */
  dataDir: string;
  /** The Redis that the nodes of a fleet share. */
  redisUrl: string | undefined;
  /** What the names of all keys in it begin with. */
  redisPrefix: string;
  /** The most streams at once. */
  maxStreams: number;
  /** The most streams at once from one address. */
  maxStreamsPerAddress: number;
  /** The most connections at once, streams among them. */
  maxConnections: number;
  /** Which peers' `X-Forwarded-For` is believed, as Express has it. */
  trustProxy: boolean | number | string;
  /** Whether `GET /metrics` is answered. */
  metrics: boolean;
  logLevel: LogLevel;
};

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];

export type ConfigResult = { ok: true; config: Config } | { ok: false; problems: string[] };

type Variable<Output> = {
  schema: v.GenericSchema<unknown, Output>;
  /** What it must be, and what to set. */
  say: string;
  /** Whether what is set may be shown. */
  isSecret?: boolean;
};

/**
 * Reads the configuration from environment variables; an empty one counts as left out.
 *
 * @param openFiles - how many files this process may have open at once
 * @returns the configuration, or a sentence for each variable that is wrong, saying what to set
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>, openFiles: number): ConfigResult {
  const problems: string[] = [];

  function read<Output>(name: keyof typeof variables, { schema, say, isSecret }: Variable<Output>): Output | undefined {
    const given = env[name] === '' ? undefined : env[name];
    const result = v.safeParse(schema, given);
    if (result.success) return result.output;
    problems.push(`${name} must be ${say}; it is ${isSecret ? 'something else' : JSON.stringify(given)} now.`);
    return undefined;
  }

  const variables = variablesFor(openFiles);
  const config = {
    host: read('HOST', variables.HOST),
    port: read('PORT', variables.PORT),
    allowedOrigins: read('ALLOWED_ORIGINS', variables.ALLOWED_ORIGINS),
    dataDir: read('DATA_DIR', variables.DATA_DIR),
    redisUrl: read('REDIS_URL', variables.REDIS_URL),
    redisPrefix: read('REDIS_PREFIX', variables.REDIS_PREFIX),
    maxStreams: read('MAX_STREAMS', variables.MAX_STREAMS),
    maxStreamsPerAddress: read('MAX_STREAMS_PER_ADDRESS', variables.MAX_STREAMS_PER_ADDRESS),
    // What is left then is for the log, the ledger and the runtime itself.
    maxConnections: openFiles - Math.floor(reservedFiles(openFiles) / 2),
    trustProxy: read('TRUST_PROXY', variables.TRUST_PROXY),
    metrics: read('METRICS', variables.METRICS),
    logLevel: read('LOG_LEVEL', variables.LOG_LEVEL),
  };
  // Without a problem, `read` has given every value its type.
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: config as Config };
}

function variablesFor(openFiles: number) {
  const maxStreams = openFiles - reservedFiles(openFiles);
  return {
    HOST: {
      schema: v.optional(v.pipe(v.string(), v.regex(/^[\w.:%-]+$/))),
      say: 'a host name or an IP address. Set for example HOST=127.0.0.1, or leave it out to listen on all addresses',
    },
    PORT: {
      schema: v.optional(wholeNumber(0, 65_535), '3000'),
      say: 'a whole number from 0 to 65535. Set for example PORT=3000',
    },
    ALLOWED_ORIGINS: {
      schema: v.optional(
        v.union([
          v.literal('*'),
          v.pipe(
            v.string(),
            v.transform((list) => list.split(',').map((entry) => originOf(entry.trim()))),
            v.array(v.string()),
          ),
        ]),
        '*',
      ),
      say: '* or a list of origins with commas between them. Set for example ALLOWED_ORIGINS=https://example.com,https://www.example.com',
    },
    DATA_DIR: {
      schema: v.optional(v.pipe(v.string(), v.regex(/^[^\0]+$/)), 'data'),
      say: 'the path of a folder. Set for example DATA_DIR=/var/lib/live-visitors',
    },
    REDIS_URL: {
      schema: v.optional(v.pipe(v.string(), v.check(isRedisUrl))),
      say: 'the URL of a Redis, with the user and password where it takes them. Set for example REDIS_URL=redis://localhost:6379, or leave it out to keep the totals in DATA_DIR',
      isSecret: true,
    },
    REDIS_PREFIX: {
      schema: v.optional(v.pipe(v.string(), v.regex(/^[\w.:-]{1,64}$/)), 'live-visitors'),
      say: '1 to 64 characters of A-Z a-z 0-9 _ . : -. Set for example REDIS_PREFIX=live-visitors',
    },
    MAX_STREAMS: {
      schema: v.optional(wholeNumber(1, maxStreams), String(maxStreams)),
      say: `a whole number from 1 to ${maxStreams}, which is what the limit of ${openFiles} open files (ulimit -n) leaves. Set for example MAX_STREAMS=${maxStreams}, or raise that limit`,
    },
    MAX_STREAMS_PER_ADDRESS: {
      schema: v.optional(wholeNumber(1, 1_000_000), '256'),
      say: 'a whole number from 1 to 1000000. Set for example MAX_STREAMS_PER_ADDRESS=256',
    },
    TRUST_PROXY: {
      schema: v.optional(v.pipe(v.string(), v.transform(trustProxyOf), v.check(isTrustProxy)), 'loopback'),
      say: 'the addresses or networks of your proxies with commas between them, or how many proxies there are. Set for example TRUST_PROXY=loopback,10.0.0.0/8',
    },
    METRICS: {
      schema: v.optional(
        v.pipe(
          v.picklist(['on', 'off']),
          v.transform((text) => text === 'on'),
        ),
        'on',
      ),
      say: 'on or off. Set for example METRICS=off',
    },
    LOG_LEVEL: {
      schema: v.optional(v.picklist(logLevels), 'info'),
      say: `one of ${logLevels.join(', ')}. Set for example LOG_LEVEL=info`,
    },
  };
}

/** How many of the files that may be open are kept for all that is no stream. */
function reservedFiles(openFiles: number): number {
  return Math.min(1000, Math.ceil(openFiles / 4));
}

function wholeNumber(min: number, max: number) {
  return v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number), v.minValue(min), v.maxValue(max));
}

/** Express takes `true`, `false` and numbers for what they are in JavaScript, and all else for a list of addresses. */
function trustProxyOf(text: string): Config['trustProxy'] {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d{1,3}$/.test(text) ? Number(text) : text;
}

function isTrustProxy(value: Config['trustProxy']): boolean {
  try {
    express().set('trust proxy', value);
    return true;
  } catch {
    return false;
  }
}

/** The origin that a URL without path, query or user stands for (RFC 6454 §6.2); `undefined` for anything else. */
function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` ? url.origin : undefined;
}

/** A sentence that says why listening failed and what to set, or `undefined` for an error that the user cannot mend. */
export function explainListenError(
  error: NodeJS.ErrnoException,
  { host, port }: Pick<Config, 'host' | 'port'>,
): string | undefined {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program. Set PORT to a free one, or to 0 for any that is free.`;
    case 'EACCES':
      return `Port ${port} needs rights that this process does not have. Set PORT to one above 1023, for example PORT=3000.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST is ${JSON.stringify(host)}, which is no address of this machine. Set HOST to one of its addresses, or leave it out.`;
    default:
      return undefined;
  }
}
