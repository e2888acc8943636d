/** Calls `check` each second, and whenever the page or the network wakes up. Returns how to stop. */
export function onWake(check: () => void): () => void {
  const timer = setInterval(check, 1000);
  const wakers = [
    [document, 'visibilitychange'],
    [window, 'online'],
    [window, 'offline'],
  ] as const;
  for (const [target, type] of wakers) target.addEventListener(type, check);

  return () => {
    clearInterval(timer);
    for (const [target, type] of wakers) target.removeEventListener(type, check);
  };
}
