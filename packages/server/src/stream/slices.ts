import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

/** How long one slice of work may hold up everything else, in milliseconds. */
const sliceMs = 8;

/** How many items are worked on between two looks at the clock. */
const itemsPerLook = 32;

/**
 * Calls `work` with every item, in slices of a few milliseconds, between which the event loop gets on with whatever
 * else there is to do.
 *
 * @param elapsed - milliseconds since some moment; never set back
 */
export async function inSlices<Item>(
  items: readonly Item[],
  elapsed: () => number,
  work: (item: Item) => void,
): Promise<void> {
  let began = elapsed();
  for (const [index, item] of items.entries()) {
    work(item);
    if (index % itemsPerLook === itemsPerLook - 1 && elapsed() - began >= sliceMs) {
      await yieldToEventLoop();
      began = elapsed();
    }
  }
}

/** How long pending events are read at most, in milliseconds, and after how many turns in which nothing came all are. */
const pendingMs = 2000;
const quietTurns = 3;

/**
 * Resolves when the event loop has read what happened on the sockets so far. It accepts one connection a turn, and takes
 * its request at the next.
 *
 * @param changes - how many events there were so far
 * @param elapsed - milliseconds since some moment; never set back
 */
export async function readPendingEvents(changes: () => number, elapsed: () => number): Promise<void> {
  const began = elapsed();
  let seen = changes();
  for (let quiet = 0; quiet < quietTurns && elapsed() - began < pendingMs; quiet++) {
    await yieldToEventLoop();
    if (changes() !== seen) quiet = 0;
    seen = changes();
  }
}
