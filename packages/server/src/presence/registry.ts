import { longestCountedMs } from '../timing.ts';
import { createGracePeriod } from './grace-period.ts';
import type { BrokenLimit, Limits, Share } from './limits.ts';
import { type Client, type Counts, createPresence } from './presence.ts';

type RegisteredClient = Client & Share;

type RegistryOptions<Stream> = {
  limits: Limits;
  /** Milliseconds since some moment; never set back. */
  elapsed: () => number;
  /** Called with a stream whose place in the count another one has taken: it is to be ended. */
  onReplaced: (stream: Stream) => void;
};

/**
 * The registry: which stream stands for whom. They say who is here and how much room is taken, and must agree with the
 * sockets: `isHeld` of a stream says whether its socket is still there.
 */
export function createRegistry<Stream extends { readonly isHeld: boolean }>({
  limits,
  elapsed,
  onReplaced,
}: RegistryOptions<Stream>) {
  const presence = createPresence<RegisteredClient>();
  const gracePeriod = createGracePeriod(enter, elapsed);
  const members = new Map<Stream, { client: RegisteredClient; leave: () => void }>();
  let countedAt = elapsed();
  let confirmed = 0;

  /** Counts a client in. Returns how to count it out. */
  function enter(client: RegisteredClient): () => void {
    const leave = presence.join(client);
    const giveBack = limits.take(client);
    return () => {
      leave();
      giveBack();
    };
  }

  /** By how much the registry disagree with the sockets that are held, and with each other. */
  function drift(): number {
    const { online, browsers } = presence.read();
    const held = [...members.keys()].filter(({ isHeld }) => isHeld).length;
    const clients = [...[...members.values()].map(({ client }) => client), ...gracePeriod.clients()];
    const visiting = clients.filter(({ tabs }) => tabs > 0).length;
    const tabs = clients.reduce((sum, client) => sum + client.tabs, 0);
    return Math.abs(members.size - held) + Math.abs(browsers - visiting) + Math.abs(online - tabs);
  }

  return {
    /**
     * Counts a client in, and then opens the stream that stands for it.
     *
     * @param open - takes how many of its tabs are counted: those for which there is room
     * @returns the limit that one more stream would break, in which case nothing has been done
     * @throws what `open` throws, after the client is counted out again; its arrivals stay visits
     */
    admit(client: Omit<RegisteredClient, 'onReplaced'>, open: (tabs: number) => Stream): BrokenLimit | undefined {
      const admission = limits.admit(client, presence.find(client.browser));
      if (!admission.ok) return admission.limit;
      const { tabs } = admission;
      const registered = { ...client, tabs, onReplaced: () => onReplaced(stream) };
      const leave = enter(registered);
      let stream: Stream;
      try {
        stream = open(tabs);
      } catch (error) {
        leave();
        throw error;
      }
      members.set(stream, { client: registered, leave });
      return undefined;
    },

    /**
     * Counts a stream out.
     *
     * @param keepPlaces - whether the other tabs that shared it are kept in the count, for the next one to take over
     * @returns whether it was still in the registry
     */
    remove(stream: Stream, { keepPlaces }: { keepPlaces: boolean }): boolean {
      const member = members.get(stream);
      if (member === undefined) return false;
      members.delete(stream);
      member.leave();
      if (keepPlaces) gracePeriod.keepFor(member.client);
      return true;
    },

    /**
     * Counts who is here, and on which streams. The time since the last count has been spent here by everyone, unless it
     * is longer than {@link longestCountedMs}, and places that nobody has taken in time are given up.
     *
     * @param options - with `isConfirmed` false, the count raises no peak
     */
    count({ isConfirmed = true }: { isConfirmed?: boolean } = {}): { streams: Stream[]; counts: Counts } {
      const now = elapsed();
      if (now - countedAt <= longestCountedMs) presence.elapse(now - countedAt);
      countedAt = now;
      gracePeriod.expire();
      const counts = presence.read();
      if (isConfirmed) confirmed = counts.online;
      else confirmed = Math.min(confirmed, counts.online);
      return { streams: [...members.keys()], counts: isConfirmed ? counts : { ...counts, confirmed } };
    },

    /** Who is here now; `visitorSeconds` are those of the last count. */
    read: presence.read,

    /** How many streams and tabs are in the registry, and by how much these disagree with the sockets. */
    audit: () => ({ streams: members.size, tabs: presence.read().online, drift: drift() }),
  };
}
