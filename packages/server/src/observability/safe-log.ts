import { messageOf } from './message-of.ts';

type Write = (fields: object, message: string) => void;

export type Log = { debug: Write; info: Write; warn: Write; error: Write };

/** Catches the exceptions of a logger, so that counting continues. The first one becomes a Node warning. */
export function createSafeLog(logger: Log): Log {
  let hasFailed = false;

  function safely(level: keyof Log): Write {
    return (fields, message) => {
      try {
        logger[level](fields, message);
      } catch (error) {
        if (!hasFailed) process.emitWarning(`The logger failed, and messages are lost: ${messageOf(error)}`);
        hasFailed = true;
      }
    };
  }

  return { debug: safely('debug'), info: safely('info'), warn: safely('warn'), error: safely('error') };
}
