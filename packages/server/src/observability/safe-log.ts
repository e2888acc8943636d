import { messageOf } from './message-of.ts';

type Write = (fields: object, message: string) => void;

export type Log = { debug: Write; info: Write; warn: Write; error: Write };

/** A log such as pino, winston or the console. `debug` gets a message with the client's address for each refusal. */
export type Logger = Omit<Log, 'debug'> & { debug?: Write };

const ignore = () => {};

export const silentLog: Logger = { info: ignore, warn: ignore, error: ignore };

/** Catches what a logger throws, now or later, so that counting continues. The first error becomes a Node warning. */
export function createSafeLog(logger: Logger): Log {
  // Of the two, only winston has `transports`. It takes the message first.
  const isMessageFirst = 'transports' in logger;
  let hasFailed = false;

  function warnOnce(error: unknown): void {
    if (!hasFailed) process.emitWarning(`The logger failed, and messages are lost: ${messageOf(error)}`);
    hasFailed = true;
  }

  function safely(level: keyof Log): Write {
    return (fields, message) => {
      const write = logger[level] ?? ignore;
      const values = isMessageFirst ? [message, withStack(fields)] : [fields, message];
      new Promise((resolve) => resolve(Reflect.apply(write, logger, values))).catch(warnOnce);
    };
  }

  return { debug: safely('debug'), info: safely('info'), warn: safely('warn'), error: safely('error') };
}

/** winston writes an error as an empty object, so this writes its stack instead. */
function withStack(fields: object): object {
  return 'err' in fields && fields.err instanceof Error ? { ...fields, err: fields.err.stack } : fields;
}

export function isLogger(value: unknown): value is Logger {
  return ['info', 'warn', 'error'].every((level) => typeof Reflect.get(Object(value), level) === 'function');
}
