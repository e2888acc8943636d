import { createAudience, type Party, type Reading } from './presence.ts';
import type { BrokenLimit, Limits, Share } from './limits.ts';
import { createSuccession } from './grace-period.ts';
import { longestCountedMs } from '../timing.ts';

type Guest = Party & Share;

type BooksOptions<Stream> = {
  limits: Limits;
  /** Milliseconds since some moment; never set back. */
  elapsed: () => number;
  /** Called with a stream whose place in the count another one has taken: it is to be ended. */
  onReplaced: (stream: Stream) => void;
};

/**
 * The books: which stream stands for whom. They say who is here and how much room is taken, and must agree with the
 * sockets: `isHeld` of a stream says whether its socket is still there.
 */
export function createBooks<Stream extends { readonly isHeld: boolean }>({
  limits,
  elapsed,
  onReplaced,
}: BooksOptions<Stream>) {
  const audience = createAudience<Guest>();
  const succession = createSuccession(enter, elapsed);
  const members = new Map<Stream, { party: Guest; leave: () => void }>();
  let countedAt = elapsed();
  let confirmed = 0;

  /** Counts a party in. Returns how to count it out. */
  function enter(party: Guest): () => void {
    const leave = audience.join(party);
    const giveBack = limits.take(party);
    return () => {
      leave();
      giveBack();
    };
  }

  /** By how much the books disagree with the sockets that are held, and with each other. */
  function drift(): number {
    const { online, browsers } = audience.read();
    const held = [...members.keys()].filter(({ isHeld }) => isHeld).length;
    const parties = [...[...members.values()].map(({ party }) => party), ...succession.parties()];
    const visiting = parties.filter(({ tabs }) => tabs > 0).length;
    const tabs = parties.reduce((sum, party) => sum + party.tabs, 0);
    return Math.abs(members.size - held) + Math.abs(browsers - visiting) + Math.abs(online - tabs);
  }

  return {
    /**
     * Counts a party in, and then opens the stream that stands for it.
     *
     * @param open - takes how many of its tabs are counted: those for which there is room
     * @returns the limit that one more stream would break, in which case nothing has been done
     * @throws what `open` throws, after the party is counted out again; its arrivals stay visits
     */
    admit(party: Omit<Guest, 'onReplaced'>, open: (tabs: number) => Stream): BrokenLimit | undefined {
      const admission = limits.admit(party, audience.find(party.browser));
      if (!admission.ok) return admission.limit;
      const { tabs } = admission;
      const guest = { ...party, tabs, onReplaced: () => onReplaced(stream) };
      const leave = enter(guest);
      let stream: Stream;
      try {
        stream = open(tabs);
      } catch (error) {
        leave();
        throw error;
      }
      members.set(stream, { party: guest, leave });
      return undefined;
    },

    /**
     * Counts a stream out.
     *
     * @param keepPlaces - whether the other tabs that shared it are kept in the count, for the next one to take over
     * @returns whether it was still in the books
     */
    remove(stream: Stream, { keepPlaces }: { keepPlaces: boolean }): boolean {
      const member = members.get(stream);
      if (member === undefined) return false;
      members.delete(stream);
      member.leave();
      if (keepPlaces) succession.keepFor(member.party);
      return true;
    },

    /**
     * Counts who is here, and on which streams. The time since the last count has been spent here by everyone, unless it
     * is longer than {@link longestCountedMs}, and places that nobody has taken in time are given up.
     *
     * @param options - with `isConfirmed` false, the count raises no peak
     */
    count({ isConfirmed = true }: { isConfirmed?: boolean } = {}): { streams: Stream[]; reading: Reading } {
      const now = elapsed();
      if (now - countedAt <= longestCountedMs) audience.elapse(now - countedAt);
      countedAt = now;
      succession.expire();
      const reading = audience.read();
      if (isConfirmed) confirmed = reading.online;
      else confirmed = Math.min(confirmed, reading.online);
      return { streams: [...members.keys()], reading: isConfirmed ? reading : { ...reading, confirmed } };
    },

    /** Who is here now; `visitorSeconds` are those of the last count. */
    read: audience.read,

    /** How many streams and tabs are in the books, and by how much these disagree with the sockets. */
    audit: () => ({ streams: members.size, tabs: audience.read().online, drift: drift() }),
  };
}
