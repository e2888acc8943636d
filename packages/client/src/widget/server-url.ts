/**
 * The server that a URL leads to, with the path under which it is, and no slash at the end; `undefined` where it is no
 * `http:` or `https:` URL.
 */
export function serverAt(url: string): string | undefined {
  try {
    const { origin, pathname, protocol } = new URL(url);
    return /^https?:$/.test(protocol) ? origin + pathname.replace(/\/+$/, '') : undefined;
  } catch {
    return undefined;
  }
}

/** A sentence that says what a server's URL must be. */
export function wrongServer(server: string): string {
  return `"server" must be a URL such as https://visitors.example.com, but is "${String(server).slice(0, 80)}".`;
}
