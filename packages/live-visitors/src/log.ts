import { type LevelWithSilent, pino } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { openStandardOutput } from './standard-output.ts';

/** How long to wait before the lost lines are reported, and before each further attempt. */
const retryMs = 1000;

/** Opens the log on standard output. Lines that cannot be written are lost; later, a line says how many there were. */
export function openLog(level: LevelWithSilent, registry: Registry) {
  const output = openStandardOutput();
  const dropped = new Counter({
    name: 'live_visitors_log_lines_dropped_total',
    help: 'Log lines that could not be written.',
    registers: [registry],
  });
  /** Lines that were lost and not reported yet. */
  let droppedLines = 0;
  let isRetryDue = false;

  /** @param reported - how many lost lines this one reports */
  function write(line: string, reported = 0): void {
    output.write(line, (error) => {
      if (reported > 0) isRetryDue = false;
      if (!error) droppedLines -= reported;
      else if (reported === 0) {
        dropped.inc();
        droppedLines++;
      }
      if (droppedLines === 0 || isRetryDue) return;
      isRetryDue = true;
      setTimeout(reportLost, retryMs).unref();
    });
  }

  function reportLost(): void {
    const lines = droppedLines;
    logTo((line) => write(line, lines)).error({ lines }, 'lines of the log were lost');
  }

  // With a custom destination, pino has no exit hook that would retry for ever.
  const logTo = (destination: (line: string) => void) => pino({ base: null, level }, { write: destination });
  return { log: logTo(write), flush: output.flush };
}
