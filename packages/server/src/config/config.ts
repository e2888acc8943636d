import * as v from 'valibot';
import { reservedFiles, type Variable, type Variables, variablesFor } from './config-variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the variables say, each as its schema gives it; what each is for, its `meaning` says in config-variables.ts. */
export type Config = ReturnType<typeof configOf>;

export type ConfigResult = { ok: true; config: Config } | { ok: false; problems: string[] };

/**
 * Reads the configuration from environment variables; an empty one counts as left out.
 *
 * @param openFiles - how many files this process may have open at once
 * @returns the configuration, or a sentence for each variable that is wrong, saying what to set
 */
export function readConfig(env: Environment, openFiles: number): ConfigResult {
  const variables = variablesFor(openFiles);
  const problems: string[] = [];
  for (const [name, { schema, say, isSecret }] of Object.entries<Variable>(variables)) {
    const given = givenIn(env, name);
    if (v.is(schema, given)) continue;
    problems.push(`${name} must be ${say}; it is ${isSecret ? 'something else' : JSON.stringify(given)} now.`);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: configOf(env, variables, openFiles) };
}

/** The configuration, once no variable is wrong: it throws where one is. */
function configOf(env: Environment, variables: Variables, openFiles: number) {
  function read<Name extends keyof Variables>(name: Name): v.InferOutput<Variables[Name]['schema']> {
    return v.parse(variables[name].schema, givenIn(env, name));
  }

  return {
    host: read('HOST'),
    port: read('PORT'),
    /** Those besides the server's own. */
    allowedOrigins: read('ALLOWED_ORIGINS'),
    dataDir: read('DATA_DIR'),
    redisUrl: read('REDIS_URL'),
    redisPrefix: read('REDIS_PREFIX'),
    maxStreams: read('MAX_STREAMS'),
    maxStreamsPerAddress: read('MAX_STREAMS_PER_ADDRESS'),
    /** The most connections at once, streams among them. What is left is for the log, the ledger and the runtime. */
    maxConnections: openFiles - Math.floor(reservedFiles(openFiles) / 2),
    trustProxy: read('TRUST_PROXY'),
    metrics: read('METRICS'),
    logLevel: read('LOG_LEVEL'),
  };
}

/** What a variable is set to; nothing is as if it were left out. */
function givenIn(env: Environment, name: string): string | undefined {
  return env[name] || undefined;
}
