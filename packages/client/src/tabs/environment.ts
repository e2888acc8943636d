import type { Clock } from '../clock.ts';
import type { Member } from './messages.ts';

/** Web Locks. The browser takes them from whoever is gone, however it went. */
export type Locks = {
  /**
   * Requests the one lock that the leader holds.
   *
   * @param steal - takes it from whoever has it, at once
   * @returns how to let go of the lock, or of the place in the queue for it
   */
  request: (steal: boolean, onGranted: () => void, onStolen: () => void) => () => void;
  /** Shows the id of the group to those that come while its leader is frozen. */
  show: (id: string) => void;
  /** The names of all that are there, and the id of their group; `undefined` where the browser does not tell. */
  query: () => Promise<{ present: readonly string[]; id: string | undefined } | undefined>;
};

/** How a document meets the others of its browser. */
export type Meeting = {
  /** Missing on pages that came over plain HTTP. */
  locks?: Locks | undefined;
  /** Says something to all other documents. Missing where there is no channel to them. */
  post?: (message: unknown) => void;
  /** Lets go of the channel, and of the lock that shows that this document is there. */
  close: () => void;
};

/** The world outside, handed in. */
export type GroupEnvironment = Clock & {
  /** Finds out how this document meets the others. */
  meet: (group: string, self: string, hear: (message: unknown) => void) => Promise<Meeting>;
  isVisible: () => boolean;
};

/** What a document does while it leads. */
export type Leader<Payload> = {
  /**
   * Looks after what it does. Called each second and on each update, when it is sure that it still leads.
   *
   * @param members - who is there; `undefined` while the leader is to hold nothing open: it is hidden, and cannot share
   */
  check: (members: readonly Member[] | undefined) => void;
  /** How things stand, for a newcomer. */
  current: () => Payload;
  stop: () => void;
};

export type GroupOptions<Payload> = {
  self: Member;
  /** The id of the group, should this document be its first leader. */
  id: string;
  /** This document leads from now on, until `stop` of what it returns is called. */
  lead: (group: string) => Leader<Payload>;
  /** The leader has shared something. */
  hear: (payload: Payload) => void;
  /** Nothing was heard of the leader for so long that what it shared last is stale. */
  onSilence: () => void;
  isPayload: (value: unknown) => value is Payload;
};
