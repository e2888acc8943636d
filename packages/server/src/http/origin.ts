/** An origin's scheme and host, the second with or without a leading `*.` and a port. No path, query or user. */
const originForm = /^(https?:\/\/)(\*\.)?([^/?#@\\\s]+)\/?$/i;

/** A host that is an IP address, as `URL` writes it. */
const ipAddress = /^\[|^[\d.]+$/;

/**
 * Reads an entry of `ALLOWED_ORIGINS`: an origin, or all its subdomains, as in `https://*.example.com` (CSP3 §2.3.1,
 * host-source).
 *
 * @returns the entry as browsers write it in `Origin` (RFC 6454 §6.2), or `undefined` if no `Origin` can match it
 */
export function parseOriginPattern(text: string): string | undefined {
  const [, scheme = '', wildcard = '', host = ''] = originForm.exec(text) ?? [];
  const url = URL.parse(scheme + host);
  // No page has an origin with an empty label or port 0.
  if (url === null || /\*|^\.|\.\.|:0$/.test(url.host) || (wildcard !== '' && ipAddress.test(url.hostname)))
    return undefined;
  return `${url.protocol}//${wildcard}${url.host}`;
}

/** Whether an `Origin` matches a pattern from {@link parseOriginPattern}. */
export function matchesOrigin(pattern: string, origin: string): boolean {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return origin === pattern;
  return origin.startsWith(start) && origin.endsWith(end) && /^[\w.-]+$/.test(origin.slice(start.length, -end.length));
}
