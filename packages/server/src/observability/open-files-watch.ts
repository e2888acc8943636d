import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/**
 * Calls back each second in which this process cannot open a file. Without a file left, Node closes new connections
 * silently.
 *
 * @returns a function that stops the watch
 */
export function watchOpenFiles(onExhausted: () => void): () => void {
  const timer = setInterval(() => {
    try {
      closeSync(openSync(devNull, 'r'));
    } catch (error) {
      if (error instanceof Error && 'code' in error && /^E[MN]FILE$/.test(String(error.code))) onExhausted();
    }
  }, 1000).unref();
  return () => clearInterval(timer);
}
