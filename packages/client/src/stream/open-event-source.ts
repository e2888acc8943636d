import { eventNames, readEvent, type Snapshot } from '@live-visitors/shared';
import type { OnStreamEvent } from './environment.ts';

const lookUpWithinMs = 10_000;

/** Opens an event stream. Returns how to close it. */
export function openEventStream(url: string, onEvent: OnStreamEvent): () => void {
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
      if (payload) onEvent({ type, payload } as Parameters<OnStreamEvent>[0]);
    });
  }
  source.onerror = () => {
    if (isClosed) return close();
    const isFinal = source.readyState === EventSource.CLOSED;
    // The browser would reopen it by the same URL, whose arrivals may have been acknowledged since.
    close();
    onEvent({ type: 'lost' });
    // Any answer but an event stream with status 200 is final; which one it was, an `EventSource` does not tell.
    if (isFinal)
      fetch(url, { method: 'HEAD' }).then(
        ({ status }) => status === 204 && onEvent({ type: 'stopped' }),
        () => {},
      );
  };
  return close;
}

/** Asks for the current snapshot; `undefined` where there is no answer. */
export async function lookUp(url: string): Promise<Snapshot | undefined> {
  try {
    const response = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(lookUpWithinMs) });
    return response.ok ? readEvent('visitors', await response.text()) : undefined;
  } catch {
    return undefined;
  }
}
