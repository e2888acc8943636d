import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { within } from '../../server/src/internal.ts';

/** How much may wait for a slow reader. A line that does not fit fails. */
const maxQueuedBytes = 1024 * 1024;

/** How long the end of the process waits for a slow reader. */
const flushMs = 1000;

/** Called with the error if the line could not be written. */
type Done = (error?: Error | null) => void;

/** Opens standard output for lines that may be lost: a full disk, a slow reader or none never blocks or ends the process. */
export function openStandardOutput() {
  const { stdout } = process;
  if (!(stdout instanceof Socket)) return { write: fileWriter(1), flush: async () => {} };

  // Each write's callback gets the error too. Without a listener, it would end the process.
  stdout.on('error', () => {});
  // Unlike pipes, terminals block, so Ctrl-S would halt the process. Node has no public way to change that.
  (stdout as { _handle?: { setBlocking?: (on: boolean) => void } })._handle?.setBlocking?.(false);
  return {
    write(line: string, done: Done): void {
      if (stdout.writableLength + line.length > maxQueuedBytes) done(new Error('The reader of the log is too slow.'));
      else stdout.write(line, done);
    },
    /** Resolves when everything is written, or after a second. */
    flush: () => within(new Promise((resolve) => stdout.write('', resolve)), flushMs),
  };
}

/** For files: `process.stdout` does not report whether a whole line was written. */
function fileWriter(fd: number) {
  let isCutOff = false;

  return (line: string, done: Done): void => {
    const bytes = Buffer.from(isCutOff ? `\n${line}` : line);
    let written = 0;
    let failure: Error | undefined;
    try {
      // A full disk takes what fits, and fails only at the next byte.
      while (written < bytes.length) written += writeSync(fd, bytes, written);
    } catch (error) {
      // `writeSync` throws system errors.
      failure = error as Error;
    }
    if (written > 0) isCutOff = bytes.at(written - 1) !== 0x0a;
    done(failure);
  };
}
