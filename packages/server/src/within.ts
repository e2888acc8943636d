import { setTimeout as wait } from 'node:timers/promises';

/** Resolves as the promise does, or with `undefined` after this many milliseconds. */
export async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  const deadline = new AbortController();
  try {
    return await Promise.race([promise, wait(ms, undefined, { signal: deadline.signal })]);
  } finally {
    deadline.abort();
  }
}
