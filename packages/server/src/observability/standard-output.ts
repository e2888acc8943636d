import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** How much may wait for a reader that is slow. A line that does not fit fails. */
const maxQueuedBytes = 1024 * 1024;

/** How long the end of the process waits for a reader that is slow. */
const flushMs = 1000;

/** Takes what kept a line from being written, if anything did. */
type Done = (error?: Error | null) => void;

export type StandardOutput = {
  write: (line: string, done: Done) => void;
  /** Resolves once all is written, or after a second. */
  flush: () => Promise<void>;
};

/**
 * Opens standard output for lines that may be lost. None of them blocks or ends this process, whether the disk is full,
 * the reader has gone, or it does not read.
 */
export function openStandardOutput(): StandardOutput {
  const { stdout } = process;
  if (!(stdout instanceof Socket)) return { write: fileWriter(1), flush: async () => {} };

  // The callback of each write gets the error too. Without a listener, it would end the process.
  stdout.on('error', () => {});
  // Node has terminals block, unlike pipes, so that Ctrl-S would halt the process. It has no public way to undo that.
  (stdout as { _handle?: { setBlocking?: (on: boolean) => void } })._handle?.setBlocking?.(false);
  return {
    write(line, done) {
      if (stdout.writableLength + line.length > maxQueuedBytes) done(new Error('The reader of the log is too slow.'));
      else stdout.write(line, done);
    },
    async flush() {
      const written = new Promise<void>((resolve) => stdout.write('', () => resolve()));
      await Promise.race([written, wait(flushMs)]);
    },
  };
}

/** `process.stdout` does not say of a file whether it took a whole line. */
function fileWriter(fd: number): StandardOutput['write'] {
  let isCutOff = false;

  return (line, done) => {
    const bytes = Buffer.from(isCutOff ? `\n${line}` : line);
    let written = 0;
    let failure: Error | undefined;
    try {
      // A disk takes what it has room for, and fails only at the next byte.
      while (written < bytes.length) written += writeSync(fd, bytes, written);
    } catch (error) {
      // What `writeSync` throws is a system error.
      failure = error as Error;
    }
    if (written > 0) isCutOff = bytes.at(written - 1) !== 0x0a;
    done(failure);
  };
}
