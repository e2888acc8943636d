declare global {
  interface Document {
    /** Prerendering Revamped §4.1; missing where a browser never prerenders. */
    readonly prerendering?: boolean;
  }
}

/**
 * Calls `join` while someone has the page before them: not before a prerendered page is shown, and anew each time that
 * one comes back from the back/forward cache. What `join` returns is called when the page is put away.
 *
 * @returns how to stop, as if the page were put away for good
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
