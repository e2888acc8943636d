/** The URL of the canonical link, and the name of the address at which it was found first. */
let canonical: string | undefined;
let foundAt = '';

/**
 * The name of this document's page: host and path of its canonical link, or else of its address; empty if there is no
 * host. Call it whenever the address may have changed: after single-page navigation, the canonical link is that of the
 * previous page until its URL has changed.
 */
export function documentPage(): string {
  const address = nameOf(location);
  const href = document.querySelector<HTMLLinkElement>('head link[rel~=canonical]')?.href;
  if (href !== canonical) foundAt = address;
  canonical = href;
  if (!href || foundAt !== address) return address;
  // If the URL is not valid, the link has no host.
  return nameOf(Object.assign(document.createElement('a'), { href })) || address;
}

function nameOf({ host, pathname }: Pick<Location, 'host' | 'pathname'>): string {
  let path = pathname;
  try {
    path = decodeURIComponent(path);
  } catch {
    // It is not UTF-8, and stays as it is.
  }
  return host && host + path.replace(/\/+$/, '');
}

/** Calls back on single-page navigation, if the browser has the Navigation API. Returns how to stop. */
export function onNavigation(callback: () => void): () => void {
  const listening = new AbortController();
  const { navigation } = window;
  // A page may have a variable of this name, which takes its place.
  if (navigation instanceof EventTarget) navigation.addEventListener('currententrychange', callback, listening);
  return () => listening.abort();
}
