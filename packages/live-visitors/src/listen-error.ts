import type { Config } from '../../server/src/internal.ts';

/** A sentence that says why listening failed and what to set, or `undefined` for an error that no setting can fix. */
export function explainListenError(error: NodeJS.ErrnoException, { host, port }: Pick<Config, 'host' | 'port'>) {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program. Set PORT to a free port, or to 0 to pick one.`;
    case 'EACCES':
      return `This process is not allowed to use port ${port}. Set PORT to a port above 1023, for example PORT=3000.`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST is ${JSON.stringify(host)}, which is not an address of this machine. Set HOST to one of its addresses, or leave it out.`;
    default:
      return undefined;
  }
}
