import { type LevelWithSilent, type Logger, pino } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { openStandardOutput } from './standard-output.ts';

/** How long after a line was dropped, and after each attempt that fails, the log is tried again. */
const retryMs = 1000;

/**
 * Opens the log on standard output. Lines that cannot be written are dropped and counted; once the log can be written
 * again, a line says how many there were.
 */
export function openLog(level: LevelWithSilent, registry: Registry): { log: Logger; flush: () => Promise<void> } {
  const output = openStandardOutput();
  const dropped = new Counter({
    name: 'live_visitors_log_lines_dropped_total',
    help: 'Lines of the log that could not be written.',
    registers: [registry],
  });
  /** How many lines were dropped that the log does not tell of yet. */
  let droppedLines = 0;
  /** How many of them the next line tells of. */
  let reportedLines = 0;
  let isRetryDue = false;

  function write(line: string): void {
    const reported = reportedLines;
    output.write(line, (error) => {
      if (reported > 0) isRetryDue = false;
      if (!error) droppedLines -= reported;
      else if (reported === 0) {
        dropped.inc();
        droppedLines++;
      }
      if (droppedLines === 0 || isRetryDue) return;
      isRetryDue = true;
      setTimeout(tell, retryMs).unref();
    });
  }

  function tell(): void {
    reportedLines = droppedLines;
    log.error({ lines: droppedLines }, 'lines of the log were lost');
    reportedLines = 0;
  }

  // With a destination of our own, pino has no hook at the exit that would try to write for ever.
  const log = pino({ base: null, level }, { write });
  return { log, flush: output.flush };
}
