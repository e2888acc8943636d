/** Whether this is the URL of a Redis: `redis[s]://[[user]:password@]host[:port][/database]`. */
export function isRedisUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || url.search + url.hash !== '')
    return false;
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    return false;
  }
  return /^(\/\d{0,5})?$/.test(url.pathname);
}

/** The host and port of a Redis, without the credentials that its URL may contain. */
export function placeOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '6379'}`;
}
