/** Calls `check` each second, and whenever the page or the network wakes up. Returns how to stop. */
export function onWake(check: () => void): () => void {
  const timer = setInterval(check, 1000);
  const listening = new AbortController();
  document.addEventListener('visibilitychange', check, listening);
  for (const type of ['online', 'offline']) addEventListener(type, check, listening);
  return () => {
    clearInterval(timer);
    listening.abort();
  };
}
