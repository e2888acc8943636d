/** An origin's scheme and host, the second with or without a leading `*.` and a port. No path, query or user. */
const originForm = /^(https?:\/\/)(\*\.)?([^/?#@\\\s]+)\/?$/i;

/** A host that is an IP address, as `URL` writes it. */
const ipAddress = /^\[|^[\d.]+$/;

/**
 * Reads an entry of `ALLOWED_ORIGINS`: an origin, or all subdomains of one, such as `https://*.example.com` (CSP3
 * §2.3.1, host-source).
 *
 * @returns it as a browser would write it in `Origin` (RFC 6454 §6.2), a leading `*.` aside; `undefined` for what no
 * `Origin` can match
 */
export function parseOriginPattern(text: string): string | undefined {
  const [, scheme = '', wildcard = '', host = ''] = originForm.exec(text) ?? [];
  const url = URL.parse(scheme + host);
  // No page has an origin with an empty label, or with port 0.
  if (url === null || /\*|^\.|\.\.|:0$/.test(url.host) || (wildcard !== '' && ipAddress.test(url.hostname)))
    return undefined;
  return `${url.protocol}//${wildcard}${url.host}`;
}

/** Whether an `Origin` is what a pattern of {@link parseOriginPattern} says, with the same scheme and port. */
export function matchesOrigin(pattern: string, origin: string): boolean {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return origin === pattern;
  return origin.startsWith(start) && origin.endsWith(end) && /^[\w.-]+$/.test(origin.slice(start.length, -end.length));
}
