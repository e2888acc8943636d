import { type Guard, isBoolean, isNonNegativeInteger, isText, listOf, literal, objectOf } from '@live-visitors/shared';

/**
 * The version of all that documents say to each other: the types in this file and the update in them. The names of
 * locks, channel and global symbol contain it, so that documents of two versions keep apart. A test fails when one changes
 * without the other.
 */
export const version = 2;

/** A document of the group. A document's entry for itself is one object: its subscription and its roster change it. */
export type TabDocument = {
  /** The id of its tab, a slash, and a random id: documents in frames share the tab's. */
  name: string;
  /** Whether the server has acknowledged its tab as a visit; `unknown` until the document has said so itself. */
  visit: 'new' | 'acknowledged' | 'unknown';
  /** Whether it is shown the count without being in it. */
  observes: boolean;
  /** The names of the pages that its tab is on because of it. */
  on: readonly string[];
  /** The names of pages whose counts it wants besides. */
  watch: readonly string[];
  /** How many of the leader's questions it has not answered since it was last heard. */
  unanswered: number;
};

/**
 * What a document says of itself:
 * - `hello`: it is new, and wants to know how things stand
 * - `here`: the leader asked, or has an entry for it that is out of date
 * - `bye`: it leaves
 */
export type Presence = {
  type: 'hello' | 'here' | 'bye';
  /** The latest leadership that the sender knows of, counted from 0. Leaders of earlier terms are ignored. */
  term: number;
  from: TabDocument;
};

/** What the leader shares: all that the next leader needs. */
export type Shared<Payload> = {
  type: 'update';
  term: number;
  from: TabDocument;
  /** Identifies this browser to the server; the first leader chose it. */
  browserId: string;
  documents: readonly TabDocument[];
  /** Whether all documents are to answer. */
  asks: boolean;
  payload: Payload;
};

const isDocument = objectOf<TabDocument>({
  name: isText,
  visit: literal('new', 'acknowledged', 'unknown'),
  observes: isBoolean,
  on: listOf(isText),
  watch: listOf(isText),
  unanswered: isNonNegativeInteger,
});

const sender = { term: isNonNegativeInteger, from: isDocument };

export const isPresence = objectOf<Presence>({ type: literal('hello', 'here', 'bye'), ...sender });

/** Checks what a leader shares, given the check of its payload. */
export const sharedOf = <Payload>(payload: Guard<Payload>): Guard<Shared<Payload>> =>
  objectOf<Shared<Payload>>({
    type: literal('update'),
    ...sender,
    browserId: isText,
    documents: listOf(isDocument),
    asks: isBoolean,
    payload,
  });
