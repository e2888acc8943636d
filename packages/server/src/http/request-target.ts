import ipaddr from 'ipaddr.js';

/**
 * Reads a request target: a path, a whole `http` URL, or the `*` of `OPTIONS` (RFC 9112 §3.2).
 *
 * @param target - visible ASCII: Node's HTTP parser accepts nothing else
 * @returns a path with its query, and the host if the target names one; `undefined` for anything else
 */
export function parseRequestTarget(method: string, target: string) {
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

/** The path of a request, without percent-encoding; empty if that is malformed. */
export function decodedPath({ path }: { path: string }): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

/** `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2): an IPv6 address in brackets, or a name or IPv4 address. */
const hostForm = /^(?:\[([\da-f:.]+)\]|((?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*))(?::(\d{0,5}))?$/i;

/** The name or address in a `Host` header, without brackets and port; `undefined` if the header is invalid. */
export function hostnameOf(host: string): string | undefined {
  const [, ipv6, name, port = ''] = hostForm.exec(host) ?? [];
  if (Number(port) > 65_535 || (ipv6 !== undefined && !ipaddr.IPv6.isValid(ipv6))) return undefined;
  return ipv6 ?? name;
}

/** Whether a `Host` header has an IP address or a name without a dot, such as `localhost`: nothing in the public DNS. */
export function isLocalHost(host: string): boolean {
  const name = hostnameOf(host) ?? '';
  // A dot may be percent-encoded.
  if (!/[.%]/.test(name)) return name !== '';
  return ipaddr.IPv4.isValidFourPartDecimal(name) || ipaddr.IPv6.isValid(name);
}
