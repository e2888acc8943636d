declare global {
  interface Document {
    /** Prerendering Revamped §4.1; missing if a browser never prerenders. */
    readonly prerendering?: boolean;
  }
}

/**
 * Calls `join` while the page is active: not before a prerendered page is shown, and again each time that the page comes
 * back from the back/forward cache. What `join` returns is called when the page is hidden (`pagehide`).
 *
 * @returns how to stop; this leaves, too
 */
export function whilePageIsOpen(join: () => () => void): () => void {
  const listening = new AbortController();
  let leave: (() => void) | undefined;

  const enter = () => {
    if (!document.prerendering) leave ??= join();
  };
  const exit = () => {
    leave?.();
    leave = undefined;
  };

  enter();
  document.addEventListener('prerenderingchange', enter, listening);
  addEventListener('pageshow', enter, listening);
  addEventListener('pagehide', exit, listening);
  return () => {
    listening.abort();
    exit();
  };
}

/** Calls back each second, and whenever the page or the network wakes up. Returns how to stop. */
export function onWake(callback: () => void): () => void {
  const timer = setInterval(callback, 1000);
  const listening = new AbortController();
  document.addEventListener('visibilitychange', callback, listening);
  for (const type of ['online', 'offline']) addEventListener(type, callback, listening);
  return () => {
    clearInterval(timer);
    listening.abort();
  };
}
