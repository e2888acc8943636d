/**
 * The base URL of the server, without a slash at the end; `undefined` if `url` is not an `http:` or `https:` URL.
 */
export function serverAt(url: string): string | undefined {
  try {
    const { origin, pathname, protocol } = new URL(url);
    return /^https?:$/.test(protocol) ? origin + pathname.replace(/\/+$/, '') : undefined;
  } catch {
    return undefined;
  }
}

/** Explains what the URL of a server must be. */
export function wrongServer(server: string): string {
  return `"server" must be a URL such as https://visitors.example.com, but is "${String(server).slice(0, 80)}".`;
}
