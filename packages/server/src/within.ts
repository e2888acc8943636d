import { setTimeout, setImmediate as yieldToEventLoop } from 'node:timers/promises';

/**
 * Resolves after this many milliseconds, and once what has arrived on the sockets is read: after a stall of this process,
 * timers would otherwise fire first.
 */
export async function wait(ms: number, signal?: AbortSignal): Promise<undefined> {
  await setTimeout(ms, undefined, { signal });
  return yieldToEventLoop(undefined);
}

/** Resolves as the promise does, or with `undefined` after this many milliseconds. */
export async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  const deadline = new AbortController();
  try {
    return await Promise.race([promise, wait(ms, deadline.signal)]);
  } finally {
    deadline.abort();
  }
}
