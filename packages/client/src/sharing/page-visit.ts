declare global {
  interface Document {
    /** Prerendering Revamped §4.1; missing where a browser never prerenders. */
    readonly prerendering?: boolean;
  }
}

/**
 * Calls `join` while someone has the page before them: not before a prerendered page is shown, and anew each time that
 * one comes back from the back/forward cache. What `join` returns is called when the page is put away.
 */
export function whilePageIsOpen(join: () => () => void): void {
  let leave: (() => void) | undefined;

  const enter = () => {
    leave ??= join();
  };
  const exit = () => {
    leave?.();
    leave = undefined;
  };

  if (document.prerendering) document.addEventListener('prerenderingchange', enter, { once: true });
  else enter();
  addEventListener('pagehide', exit);
  addEventListener('pageshow', () => {
    if (!document.prerendering) enter();
  });
}
