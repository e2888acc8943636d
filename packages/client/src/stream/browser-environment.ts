import type { StreamEnvironment } from './environment.ts';
import { openEventStream } from './open-event-source.ts';

/** The world as a page or a worker has it. */
export const environment: StreamEnvironment = {
  openStream: openEventStream,
  now: () => performance.now(),
  schedule(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  isOnline: () => navigator.onLine,
  random: Math.random,
};
