import { type EventMap, type EventName, type History, maxTabs, type Snapshot } from '@live-visitors/shared';
import type { Figures, Update } from '../update.ts';
import type { Claim } from './claim.ts';
import type { Connection } from './connection.ts';

/** What happens on a stream. */
export type ServerEvent =
  | { [Name in EventName]: { type: Name; payload: EventMap[Name] } }[EventName]
  /** It has ended, or was never one. It does not come back by itself. */
  | { type: 'lost' }
  /** The server answered 204: clients must not reconnect (HTML Standard §9.2.3). Comes after `lost`. */
  | { type: 'stopped' };

export type OnServerEvent = (event: ServerEvent) => void;

export type Stream = {
  claim: Claim;
  openedAt: number;
  /** When the one after it may be opened, unless this one fails. */
  notBefore: number;
};

/**
 * Which streams there are. Every stream that ends is handled in one way: it is closed, and after a wait the next one is
 * opened. While `renewing`, `stream` counts until `next` is welcomed.
 *
 *     idle ──claim──▶ opening ──welcome──▶ open ──claim changed, or renewal due──▶ renewing
 *                      ▲    │              │  ▲                                    │    │
 *                     due  lost          lost └───────welcome, or next lost────────┘    │
 *                      │    ▼              │                                            │
 *                     waiting ◀────────────┘      opening ◀─────── stream lost ─────────┘
 *
 * From every phase, a missing claim leads to `idle`; 204, or a silence that ends all streams, to `waiting`.
 */
export type Phase =
  /** No stream is wanted: the count is looked up now and then. */
  | { name: 'idle' }
  | { name: 'opening'; next: Stream }
  /** It is renewed at `renewAt`. No next stream is opened before `notBefore`: one has failed, or two were just opened. */
  | { name: 'open'; stream: Stream; renewAt: number; notBefore: number }
  | { name: 'renewing'; stream: Stream; renewAt: number; next: Stream }
  /** For ever, if `notBefore` is infinite: the server answered 204. */
  | { name: 'waiting'; notBefore: number };

export type State = {
  phase: Phase;
  connection: Connection;
  /** When the last event came, or the first stream after a loss was opened. */
  heardAt: number;
  lookedUpAt: number;
  /** Failed tries in a row. */
  failures: number;
  /** How many tabs the last welcome counted: the client asks for this many after a refusal. */
  accepted: number;
  /** The most tabs that the client asks for now. */
  limit: number;
  /** The last snapshot whose pages come in the event after it. */
  pending?: Snapshot | undefined;
};

export type StreamEvent =
  | (ServerEvent & { stream: Stream })
  /** The answer to a look-up. */
  | { type: 'lookedUp'; figures: Figures | undefined }
  /** Time has passed. `claim` is what the next stream is to say; `undefined` if no stream is wanted. */
  | { type: 'keep'; claim: Claim | undefined };

export type Effect =
  | { type: 'open' | 'close'; stream: Stream }
  | { type: 'lookUp'; page: readonly string[] }
  /** The server has counted the arrivals of a request. */
  | { type: 'welcome'; arrivals: readonly string[]; past: History | undefined }
  | { type: 'tell'; connection: Connection; last: Update['last'] };

/** The world at the time of an event. */
export type Context = { now: number; isOnline: boolean; random: number };

/** Nothing has been opened yet. */
export function createState(now: number, connection: Connection): State {
  return {
    phase: { name: 'idle' },
    connection,
    heardAt: now,
    lookedUpAt: Number.NEGATIVE_INFINITY,
    failures: 0,
    accepted: 1,
    limit: maxTabs,
  };
}
