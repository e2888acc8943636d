import { type EventMap, type EventName, eventNames, readEvent } from '@live-visitors/shared';

type EventHandlers = { [Name in EventName]: (payload: EventMap[Name]) => void };

/** What happens on a stream. */
export type StreamHandlers = EventHandlers & {
  /** The connection broke; the browser is opening it again by itself. */
  dropped: () => void;
  /** The browser gave up: for it, any answer but 200 is final (HTML Standard §9.2.3). */
  failed: () => void;
};

/** Opens an event stream. Returns how to close it. */
export function openEventStream(url: string, handlers: StreamHandlers): () => void {
  const source = new EventSource(url);
  for (const name of eventNames) listen(source, name, handlers);
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) handlers.failed();
    else handlers.dropped();
  };
  return () => source.close();
}

function listen<Name extends EventName>(source: EventSource, name: Name, handlers: EventHandlers): void {
  source.addEventListener(name, (event: MessageEvent<string>) => {
    const payload = readEvent(name, event.data);
    if (payload) handlers[name](payload);
  });
}

/** What a server says of itself when it is asked for a stream. */
export type Answer =
  | { kind: 'open' }
  /** It will not have this request. */
  | { kind: 'refused'; reason: string; retryAfterMs: number | undefined }
  /** It cannot be reached, or is in trouble itself. */
  | { kind: 'unavailable'; retryAfterMs: number | undefined };

/** Asks why a stream was not opened, which `EventSource` does not tell. Leaves no stream open. */
export async function probe(url: string): Promise<Answer> {
  const abort = new AbortController();
  const timeout = setTimeout(() => abort.abort(), 10_000);
  try {
    const response = await fetch(url, { cache: 'no-store', signal: abort.signal });
    if (response.ok) return { kind: 'open' };
    const retryAfterMs = parseRetryAfter(response.headers.get('Retry-After'));
    if (response.status >= 500) return { kind: 'unavailable', retryAfterMs };
    const problem: unknown = await response.json().catch(() => undefined);
    const reason = detailOf(problem) ?? `The server answered with status ${response.status}.`;
    return { kind: 'refused', reason, retryAfterMs };
  } catch {
    return { kind: 'unavailable', retryAfterMs: undefined };
  } finally {
    clearTimeout(timeout);
    abort.abort();
  }
}

/** What a problem's body (RFC 9457 §3.1.4) says, if it is one. */
function detailOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return undefined;
  return typeof body.detail === 'string' ? body.detail : undefined;
}

/** `Retry-After` in its form of seconds (RFC 9110 §10.2.3), which is the one that our server sends. */
function parseRetryAfter(value: string | null): number | undefined {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
