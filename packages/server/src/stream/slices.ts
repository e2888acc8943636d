import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

/** How long one slice of work may hold up everything else, in milliseconds. */
const sliceMs = 8;

/** How many items are worked on between two looks at the clock. */
const itemsPerLook = 32;

/** Calls `work` with every item, in slices of a few milliseconds. Between them the event loop does its other work. */
export async function inSlices<Item>(items: readonly Item[], work: (item: Item) => void): Promise<void> {
  let began = performance.now();
  for (const [index, item] of items.entries()) {
    work(item);
    if (index % itemsPerLook === itemsPerLook - 1 && performance.now() - began >= sliceMs) {
      await yieldToEventLoop();
      began = performance.now();
    }
  }
}

/** The longest time for which pending events are read, in milliseconds. */
const pendingMs = 2000;

/** After how many turns of the event loop without an event all are read. */
const quietTurns = 3;

/**
 * Resolves when the event loop has read what happened on the sockets so far. It accepts one connection a turn, and reads
 * its request in the next.
 *
 * @param changes - how many events there were so far
 */
export async function readPendingEvents(changes: () => number): Promise<void> {
  const began = performance.now();
  let seen = changes();
  for (let quiet = 0; quiet < quietTurns && performance.now() - began < pendingMs; quiet++) {
    await yieldToEventLoop();
    if (changes() !== seen) quiet = 0;
    seen = changes();
  }
}
