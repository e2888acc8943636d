import type { Config } from './config.ts';

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
