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

/**
 * Resolves when the event loop has read what happened on the sockets so far: one turn reads it, the next one closes what
 * has ended, and the third takes the first bytes of connections that were waiting to be accepted.
 */
export async function readPendingIo(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await yieldToEventLoop();
}
