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
