import * as v from 'valibot';
import { reservedFiles, type Variable, type Variables, variablesFor } from './config-variables.ts';
import { type NameOf, variableName } from './name-of.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the variables say, each as its schema gives it; what each is for, its `meaning` says in config-variables.ts. With
 * `nameOf`, what to call them in messages.
 */
export type Config = ReturnType<typeof configOf>;

export type ConfigResult = { ok: true; config: Config } | { ok: false; problems: string[] };

/**
 * Reads the configuration from environment variables; an empty one counts as left out.
 *
 * @param openFiles - how many files this process may have open at once
 * @param nameOf - what each is called by whoever has set it
 * @returns the configuration, or a sentence for each variable that is wrong, saying what to set
 */
export function readConfig(env: Environment, openFiles: number, nameOf: NameOf = variableName): ConfigResult {
  const variables = variablesFor(openFiles);
  const problems: string[] = [];
  // As the type of the keys is known here, `Object.keys` tells no lie.
  for (const name of Object.keys(variables) as (keyof Variables)[]) {
    const { schema, say, isSecret }: Variable = variables[name];
    const given = givenIn(env, name);
    if (v.is(schema, given)) continue;
    problems.push(`${nameOf(name)} must be ${say}; it is ${isSecret ? 'something else' : JSON.stringify(given)} now.`);
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: configOf(env, variables, openFiles, nameOf) };
}

/** The configuration, once no variable is wrong: it throws where one is. */
function configOf(env: Environment, variables: Variables, openFiles: number, nameOf: NameOf) {
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
    /** The most connections at once, streams among them. What is left is for the log, the store and the runtime. */
    maxConnections: openFiles - Math.floor(reservedFiles(openFiles) / 2),
    trustProxy: read('TRUST_PROXY'),
    keepAliveSeconds: read('KEEP_ALIVE_SECONDS'),
    metrics: read('METRICS'),
    logLevel: read('LOG_LEVEL'),
    nameOf,
  };
}

/** What a variable is set to; nothing is as if it were left out. */
function givenIn(env: Environment, name: string): string | undefined {
  return env[name] || undefined;
}
