import { eventNames, isPageCounts, readEvent } from '@live-visitors/shared';
import { lookUpWithinMs } from '../timing.ts';
import type { Figures } from '../update.ts';
import type { OnServerEvent, ServerEvent } from './state.ts';

/** Opens an event stream. Returns how to close it. */
export function openEventStream(url: string, onEvent: OnServerEvent): () => void {
  // The DOM of a test environment has none.
  if (!globalThis.EventSource) return () => {};
  const source = new EventSource(url);
  let isClosed = false;
  const close = () => {
    isClosed = true;
    source.close();
  };
  for (const type of eventNames) {
    source.addEventListener(type, ({ data }) => {
      // WebKit reopens a closed stream when its page returns from the back/forward cache.
      if (isClosed) return close();
      const payload = readEvent(type, data);
      // `type` and `payload` belong together; TypeScript does not follow the loop.
      if (payload) onEvent({ type, payload } as ServerEvent);
    });
  }
  source.onerror = () => {
    if (isClosed) return close();
    const isFinal = source.readyState === source.CLOSED;
    // The browser would reopen it by the same URL, whose arrivals may be acknowledged by now.
    close();
    // Reported one task later: when a page is reloaded, Chromium fires this just before `pagehide`, and nothing is lost.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      onEvent({ type: 'lost' });
      if (!isFinal) return;
      // Any answer but an event stream with status 200 is final. An `EventSource` does not tell which answer it was.
      const answer = fetch(url, { method: 'HEAD' });
      answer.then(({ status }) => status === 204 && onEvent({ type: 'stopped' })).catch(() => {});
    };
    channel.port2.postMessage(0);
  };
  return close;
}

/** Requests the current figures; `undefined` if there is no answer. */
export async function lookUp(url: string): Promise<Figures | undefined> {
  try {
    const response = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(lookUpWithinMs) });
    const snapshot = response.ok ? readEvent('visitors', await response.text()) : undefined;
    // The counts of pages are a member beside the figures.
    const pages = (snapshot as { pages?: unknown } | undefined)?.pages;
    return snapshot && { snapshot, ...(isPageCounts(pages) && { pages }) };
  } catch {
    return undefined;
  }
}
