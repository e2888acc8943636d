import * as v from 'valibot';

export type Config = {
  /** The address to listen on; all of them where it is left out. */
  host: string | undefined;
  /** The TCP port; 0 takes any that is free. */
  port: number;
  /** The origins whose pages may read the count, besides the server's own; `*` is all of them. */
  allowedOrigins: '*' | readonly string[];
};

export type ConfigResult = { ok: true; config: Config } | { ok: false; problems: string[] };

const variables = {
  HOST: {
    schema: v.optional(v.pipe(v.string(), v.regex(/^[\w.:%-]+$/))),
    say: 'HOST must be a host name or an IP address. Set for example HOST=127.0.0.1, or leave it out to listen on all addresses',
  },
  PORT: {
    schema: v.optional(
      v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.maxValue(65535, 'above the highest port')),
      '3000',
    ),
    say: 'PORT must be a whole number from 0 to 65535. Set for example PORT=3000',
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
    say: 'ALLOWED_ORIGINS must be * or a list of origins with commas between them. Set for example ALLOWED_ORIGINS=https://example.com,https://www.example.com',
  },
};

/**
 * Reads the configuration from environment variables; an empty one counts as left out.
 *
 * @returns the configuration, or a sentence for each variable that is wrong, saying what to set
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const problems: string[] = [];

  function read<Output>(name: string, variable: { schema: v.GenericSchema<unknown, Output>; say: string }) {
    const given = env[name] === '' ? undefined : env[name];
    const result = v.safeParse(variable.schema, given);
    if (result.success) return result.output;
    problems.push(`${variable.say}; it is ${JSON.stringify(given)} now.`);
    return undefined;
  }

  const host = read('HOST', variables.HOST);
  const port = read('PORT', variables.PORT);
  const allowedOrigins = read('ALLOWED_ORIGINS', variables.ALLOWED_ORIGINS);
  if (port === undefined || allowedOrigins === undefined || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: { host, port, allowedOrigins } };
}

/** The origin that a URL without path, query or user stands for (RFC 6454 §6.2); `undefined` for anything else. */
function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` ? url.origin : undefined;
}

/** A sentence that says why listening failed and what to set, or `undefined` for an error that the user cannot mend. */
export function explainListenError(error: NodeJS.ErrnoException, { host, port }: Config): string | undefined {
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
