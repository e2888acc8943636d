import { hostnameOf } from './host.ts';

/** Where a request goes: a path with its query, and the host, if the target names one. */
export type RequestTarget = { path: string; host: string | undefined };

/**
 * Reads a request target: a path, a whole `http` URL, or the `*` of `OPTIONS`, which stands for the whole server (RFC
 * 9112 §3.2).
 *
 * @param target - visible ASCII, as Node's HTTP parser takes nothing else
 * @returns `undefined` for anything else
 */
export function parseRequestTarget(method: string, target: string): RequestTarget | undefined {
  if (target === '*' && method === 'OPTIONS') return { path: '/', host: undefined };
  const [, host, path = ''] = /^(?:https?:\/\/([^/?#]*))?([/?].*)?$/i.exec(target) ?? [];
  if (host === undefined ? !path.startsWith('/') : !hostnameOf(host)) return undefined;
  // No target has a fragment: a number sign is a character like any other. Express would parse the path as a URL.
  return { path: (path.startsWith('/') ? path : `/${path}`).replaceAll('#', '%23'), host };
}
