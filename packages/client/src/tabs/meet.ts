import type { Meeting } from './environment.ts';
import { takeLocks } from './web-locks.ts';

/**
 * Meets the other documents over a `BroadcastChannel`, and with Web Locks where the page has them.
 *
 * @param group - names channel and locks
 * @param self - names this document
 */
export async function meet(group: string, self: string, hear: (message: unknown) => void): Promise<Meeting> {
  try {
    // A sandboxed document would hear only itself over a channel.
    if (origin === 'null') throw new Error('This document has an origin of its own.');
    const channel = new BroadcastChannel(group);
    const locks = await takeLocks(group, self).catch(() => undefined);
    channel.onmessage = ({ data }) => hear(data);
    return {
      locks,
      post: (message) => channel.postMessage(message),
      close() {
        channel.close();
        locks?.leave();
      },
    };
  } catch {
    return { close() {} };
  }
}
