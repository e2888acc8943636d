import { type EventName, eventNames, readEvent } from '@live-visitors/shared';
import type { EventHandlers, StreamHandlers } from './environment.ts';

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
