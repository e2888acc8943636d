import type { EventMap, EventName } from '@live-visitors/shared';
import type { Clock } from '../clock.ts';
import type { Figures } from '../update.ts';

/** What happens on a stream. */
export type ServerEvent =
  | { [Name in EventName]: { type: Name; payload: EventMap[Name] } }[EventName]
  /** It has ended, or was never one. It does not come back by itself. */
  | { type: 'lost' }
  /** The server answered 204: clients must not reconnect (HTML Standard §9.2.3). Comes after `lost`. */
  | { type: 'stopped' };

export type OnServerEvent = (event: ServerEvent) => void;

/** Browser APIs, injected. */
export type StreamEnvironment = Clock & {
  /** Opens a stream. Returns how to close it. */
  openStream: (url: string, onEvent: OnServerEvent) => () => void;
  /** Requests the current figures; `undefined` if there is no answer. */
  lookUp: (url: string) => Promise<Figures | undefined>;
  isOnline: () => boolean;
};
