/**
 * The version of all that documents say to each other: the types in this file and the update that they bear. The names of
 * locks, channel and global symbol carry it, so that documents of two versions keep apart. A test fails when one changes
 * without the other.
 */
export const version = 2;

/** One document of the group. */
export type Member = {
  /** The id of its tab, a slash, and a random id: documents in frames share the tab's. */
  name: string;
  /** Whether the server has acknowledged its tab; `undefined` of a document that has not said anything yet. */
  acknowledged: boolean | undefined;
  /** Whether it is shown the count without being in it. */
  observes: boolean;
  /** How many of the leader's questions it has not answered since it was heard last. */
  unanswered: number;
};

/**
 * What the documents of one browser say to each other. `term` is the latest leadership that the sender knows of, counted
 * from 0. A leader of an earlier term is not listened to.
 */
export type Message<Payload> =
  /** From a newcomer, whom the leader tells how things stand. */
  | { type: 'hello'; term: number; member: Member }
  /** From a follower: the leader asked, or has something wrong. */
  | { type: 'here'; term: number; member: Member }
  /** From a document that leaves. */
  | { type: 'bye'; term: number; member: Member }
  /** From the leader, with all that the next one needs. */
  | {
      type: 'update';
      term: number;
      member: Member;
      /** The id of the group, chosen by its first leader. */
      group: string;
      roster: readonly Member[];
      /** Whether all are to answer. */
      asks: boolean;
      payload: Payload;
    };

/** Checks what came over the channel; whatever is no message of this version is none. */
export function isMessage<Payload>(
  data: unknown,
  isPayload: (value: unknown) => value is Payload,
): data is Message<Payload> {
  const { type, term, member, group, roster, payload } = Object(data);
  if (!Number.isSafeInteger(term) || !isMember(member)) return false;
  if (type !== 'update') return type === 'hello' || type === 'here' || type === 'bye';
  return typeof group === 'string' && Array.isArray(roster) && roster.every(isMember) && isPayload(payload);
}

const isMember = (value: unknown) => typeof Object(value).name === 'string';
