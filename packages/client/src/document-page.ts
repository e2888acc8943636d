/** The canonical link, and the name of the address at which it was found first. */
let canonical = { href: '', foundAt: '' };

/**
 * The name of this document's page: host and path of its canonical link, or else of its address; empty if there is no
 * host. To be called whenever the address may have changed: after single-page navigation, the canonical link is still
 * that of the last page until it has changed.
 */
export function documentPage(): string {
  const address = nameOf(location.href);
  const href = document.querySelector<HTMLLinkElement>('head link[rel~=canonical i]')?.href ?? '';
  if (href !== canonical.href) canonical = { href, foundAt: address };
  return (canonical.foundAt === address && nameOf(href)) || address;
}

function nameOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return host && host + decoded(pathname).replace(/\/+$/, '');
  } catch {
    return '';
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Not UTF-8.
    return path;
  }
}

/** Calls back on single-page navigation, where the browser tells. Returns how to stop. */
export function onNavigation(callback: () => void): () => void {
  const listening = new AbortController();
  window.navigation?.addEventListener('currententrychange', callback, listening);
  return () => listening.abort();
}
