import type { EventMap, EventName } from '@live-visitors/shared';

export type EventHandlers = { [Name in EventName]: (payload: EventMap[Name]) => void };

/** What happens on a stream. */
export type StreamHandlers = EventHandlers & {
  /** The connection broke; the browser is opening it again by itself. */
  dropped: () => void;
  /** The browser gave up: for it, any answer that is no event stream with status 200 is final (HTML Standard §9.2.3). */
  failed: () => void;
};

/** The world outside, handed in. */
export type StreamEnvironment = {
  /** Opens a stream. Returns how to close it. */
  openStream: (url: string, handlers: StreamHandlers) => () => void;
  /** Milliseconds since some moment; never set back. */
  now: () => number;
  /** Calls back once, `delayMs` later at the earliest. Returns how to call it off. */
  schedule: (callback: () => void, delayMs: number) => () => void;
  isOnline: () => boolean;
  /** From 0 to 1. */
  random: () => number;
};
