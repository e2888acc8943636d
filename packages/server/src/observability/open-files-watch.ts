import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/**
 * Looks each second whether this process can still open a file, and calls back each time that it cannot. Otherwise
 * nobody would know: where a connection cannot be accepted for want of a file, Node closes it without a word.
 *
 * @returns how to stop
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
