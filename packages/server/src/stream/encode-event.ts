import type { EventMap, EventName } from '@live-visitors/shared';

/**
 * Encodes an event for the stream (HTML Standard §9.2.5). Nothing in a payload can end its line and forge another field:
 * JSON has no raw line breaks, names come from the contract, and ids are numbers.
 *
 * @param id - becomes the stream's last event ID, which a returning `EventSource` sends as `Last-Event-ID`
 */
export function encodeEvent<Name extends EventName>(name: Name, payload: EventMap[Name], id?: number): string {
  return encodeJson(name, JSON.stringify(payload), id);
}

/** The same for a payload that is encoded as JSON already. */
export function encodeJson(name: EventName, json: string, id?: number): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return `event: ${name}\n${idLine}data: ${json}\n\n`;
}

/** Encodes the reconnection time: how long an `EventSource` waits before it reconnects, in milliseconds. */
export function encodeRetry(reconnectionTimeMs: number): string {
  return `retry: ${reconnectionTimeMs}\n\n`;
}
