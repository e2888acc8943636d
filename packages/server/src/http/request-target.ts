import { hostnameOf } from './host.ts';

/** A path with its query, and the host if the target names one. */
export type RequestTarget = { path: string; host: string | undefined };

/**
 * Reads a request target: a path, a whole `http` URL, or the `*` of `OPTIONS` (RFC 9112 §3.2).
 *
 * @param target - visible ASCII: Node's HTTP parser accepts nothing else
 * @returns `undefined` for anything else
 */
export function parseRequestTarget(method: string, target: string): RequestTarget | undefined {
  if (target === '*' && method === 'OPTIONS') return { path: '/', host: undefined };
  const [, host, path = ''] = /^(?:https?:\/\/([^/?#]*))?([/?].*)?$/i.exec(target) ?? [];
  if (host === undefined ? !path.startsWith('/') : !hostnameOf(host)) return undefined;
  // A number sign is an ordinary character here, but Express would take it for a fragment.
  return { path: (path.startsWith('/') ? path : `/${path}`).replaceAll('#', '%23'), host };
}

/** What follows the first question mark of a URL; `URL` would end it at a number sign. */
export function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
}
