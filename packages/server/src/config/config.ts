import * as v from 'valibot';
import { type LogLevel, reservedFiles, type Variable, variablesFor } from './config-variables.ts';

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

export type ConfigResult = { ok: true; config: Config } | { ok: false; problems: string[] };

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
