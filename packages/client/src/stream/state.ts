import { type EventMap, type EventName, type History, maxTabs } from '@live-visitors/shared';
import type { Update } from '../update.ts';
import type { Claim } from './claim.ts';

/** `openedAt` is when it was asked for, `renewAt` when it is to be renewed, once it is welcomed. */
export type Stream = { id: number; claim: Claim; openedAt: number; renewAt: number };

/**
 * Which streams there are. Every stream that ends is handled in one way: it is closed, and after a wait the next one is
 * opened. While `renewing`, `stream` counts until `next` is welcomed.
 *
 *     idle ──claim──▶ opening ──welcome──▶ open ──new claim, old stream──▶ renewing
 *                      ▲    │              │  ▲                             │    │
 *                     due  lost          lost └────welcome, next lost───────┘    │
 *                      │    ▼              │                                     │
 *                     waiting ◀────────────┘      opening ◀──── stream lost ─────┘
 */
export type Phase =
  /** No stream is wanted: the count is looked up now and then. */
  | { name: 'idle' }
  | { name: 'opening'; next: Stream }
  | { name: 'open'; stream: Stream; notBefore: number }
  | { name: 'renewing'; stream: Stream; next: Stream }
  /** For ever, where `until` is infinite: the server answered 204. */
  | { name: 'waiting'; until: number };

export type State = {
  phase: Phase;
  /** What is known, as it was told at `toldAt`. */
  update: Update;
  toldAt: number;
  /** When the last event came, or else when the first stream was opened. */
  heardAt: number;
  /** When the last tick came, after which history is missing. */
  tickAt: number;
  lookedUpAt: number;
  /** Tries in a row that failed. */
  failures: number;
  /** How many tabs the last welcome counted: as many are asked for after a refusal. */
  accepted: number;
  /** The most tabs that are asked for now. */
  limit: number;
  /** How many streams have been opened. */
  opened: number;
};

export type StreamEvent =
  | { [Name in EventName]: { type: Name; stream: number; payload: EventMap[Name] } }[EventName]
  | { type: 'lost'; stream: number }
  | { type: 'stopped' }
  /** The answer to a look-up. */
  | { type: 'lookedUp'; snapshot: EventMap['visitors'] | undefined }
  /** Time has passed. `claim` is what the next stream is to say; `undefined` where there is to be none. */
  | { type: 'check'; claim: Claim | undefined };

export type Effect =
  | { type: 'open'; stream: Stream; history: number }
  | { type: 'close'; stream: Stream }
  | { type: 'lookUp' }
  /** The server has counted the arrivals of a request. */
  | { type: 'acknowledge'; arrivals: readonly string[] }
  /** The update is a new one. */
  | { type: 'tell'; past?: History | undefined };

/** The world at the time of an event; `historySeconds` are wanted where none of it is known. */
export type Context = { now: number; isOnline: boolean; random: number; historySeconds: number };

/** Nothing has been opened yet. */
export function createState(now: number, update: Update): State {
  return {
    phase: { name: 'idle' },
    update,
    toldAt: now,
    heardAt: now,
    tickAt: update.last ? now - update.last.ageMs : Number.NEGATIVE_INFINITY,
    lookedUpAt: Number.NEGATIVE_INFINITY,
    failures: 0,
    accepted: 1,
    limit: maxTabs,
    opened: 0,
  };
}
