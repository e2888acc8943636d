/** How long an id is remembered after it was last seen, at least; at most twice as long. */
const rememberedMs = 10 * 60_000;

/** How many ids one generation holds. A full one is retired early. */
const maxIds = 100_000;

const minuteMs = 60_000;

/** New tabs of a stream: their ids, or their number if the client sends no ids. */
export type Arrivals = readonly string[] | number;

/**
 * Decides which arrivals are new visits. An id is an idempotency key: however often a client repeats it, it counts once.
 * Ids are kept in two generations, so that forgetting them takes no walk over all of them.
 *
 * @param maxPerMinute - how many new visits one address may bring in a minute
 * @param elapsed - milliseconds since some moment; never set back
 */
export function createVisits(maxPerMinute: number, elapsed: () => number) {
  let generation = { ids: new Set<string>(), until: elapsed() + rememberedMs };
  let previous: ReadonlySet<string> = new Set();
  let limited = { byAddress: new Map<string, number>(), until: 0 };

  function retire(): void {
    // After a long silence, the ids of both generations are too old.
    previous = elapsed() < generation.until + rememberedMs ? generation.ids : new Set();
    generation = { ids: new Set(), until: elapsed() + rememberedMs };
  }

  /** Counts new visits of an address, as many as it may bring in this minute. */
  function allow(address: string, wanted: number): { visits: number; overLimit: number } {
    if (elapsed() >= limited.until) limited = { byAddress: new Map(), until: elapsed() + minuteMs };
    const before = limited.byAddress.get(address) ?? 0;
    const visits = Math.min(wanted, maxPerMinute - before);
    if (visits > 0) limited.byAddress.set(address, before + visits);
    return { visits, overLimit: wanted - visits };
  }

  function remember(ids: Iterable<string>): void {
    for (const id of ids) {
      if (generation.ids.size >= maxIds) retire();
      generation.ids.add(id);
    }
  }

  return {
    /**
     * Takes arrivals from an address.
     *
     * @returns how many of them are visits, and how many are not because the address has reached its limit. The server
     * does not remember the ids of the latter, so that a flood from one address cannot push out the ids of others
     */
    take(address: string, arrivals: Arrivals): { visits: number; overLimit: number } {
      if (typeof arrivals === 'number') return allow(address, arrivals);
      if (elapsed() >= generation.until) retire();
      const ids = [...new Set(arrivals)];
      const isKnown = (id: string) => generation.ids.has(id) || previous.has(id);
      const fresh = ids.filter((id) => !isKnown(id));
      const allowed = allow(address, fresh.length);
      remember([...ids.filter(isKnown), ...fresh.slice(0, allowed.visits)]);
      return allowed;
    },
  };
}
