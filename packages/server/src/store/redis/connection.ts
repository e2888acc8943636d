import { createClient, ErrorReply } from 'redis';
import { explainConnectionError } from './explain-error.ts';
import { reportScript } from './report.ts';
import { placeOf } from './url.ts';

/** How long a connection may take to be made. */
const connectMs = 1500;

/** How long a connection may say nothing before another one is made. There is a call each second. */
const idleMs = 3000;

/** The longest pause before another try to connect, and by how much pauses differ between nodes. */
const retryMs = { max: 500, jitter: 100 };

/** One connection. When it has ended, another one takes its place. */
function createConnection(url: string) {
  return createClient({
    url,
    // In which a connection that listens can also call.
    RESP: 3,
    scripts: { report: reportScript },
    // What cannot be sent now is out of date when it can be.
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: { connectTimeout: connectMs, socketTimeout: idleMs, reconnectStrategy: false },
  });
}

export type RedisClient = ReturnType<typeof createConnection>;

/**
 * Keeps a connection to the Redis that has the keys. In a Redis Cluster it may be another one than the URL names, and not
 * for ever the same: whichever is asked says where they are. One that cannot be reached may have been replaced, so that
 * the way begins anew at the URL.
 *
 * @param urlName - what the URL is called by whoever has set it
 * @param onReady - takes each connection as it is made
 * @param onTrouble - takes a sentence, without its full stop, about what keeps it from being made
 */
export function keepConnection({
  url,
  urlName,
  onReady,
  onTrouble,
}: {
  url: string;
  urlName: string;
  onReady: (client: RedisClient) => void;
  onTrouble: (what: string) => void;
}) {
  let address = url;
  /** There is none in the pause between two. */
  let client: RedisClient | undefined;
  /** How many connections there were since the last answer. */
  let tries = 0;
  let timer: NodeJS.Timeout;

  const place = () => `Redis at ${placeOf(address)}`;

  function connect(): void {
    const made = createConnection(address);
    client = made;
    made.on('error', (error) => {
      if (client !== made) return;
      onTrouble(`${place()} ${explainConnectionError(error, urlName)}`);
      goTo(url, pauseMs());
    });
    made.on('ready', () => onReady(made));
    // Why it rejects comes with an 'error' event.
    made.connect().catch(() => {});
  }

  function pauseMs(): number {
    return Math.min(50 * 2 ** tries, retryMs.max) + Math.random() * retryMs.jitter;
  }

  function goTo(next: string, afterMs: number): void {
    drop();
    address = next;
    tries++;
    timer = setTimeout(connect, afterMs);
  }

  function drop(): void {
    clearTimeout(timer);
    const dropped = client;
    client = undefined;
    dropped?.destroy();
  }

  connect();

  return {
    /** Which Redis it is, for messages. */
    place,

    /**
     * Rejects as the command does, and where there is no connection now. After an error that Redis answered, there will be
     * another connection: to the Redis that it names, or else to the one that the URL leads to by then.
     */
    async ask<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer> {
      const asked = client;
      if (asked === undefined) throw new Error(`There is no connection to ${place()} now. Ask again once there is.`);
      try {
        const answer = await command(asked);
        tries = 0;
        return answer;
      } catch (error) {
        if (error instanceof ErrorReply && asked === client) {
          const next = movedTo(error.message, address);
          // At once, unless Redis servers that do not agree send it to and fro.
          if (next !== undefined) goTo(next, tries === 0 ? 0 : pauseMs());
          // After a failover, the URL may lead to another one than this, which only reads by now.
          else goTo(url, pauseMs());
        }
        throw error;
      }
    },

    /** Makes another connection in place of one that does not do what it should. */
    renew: () => goTo(url, pauseMs()),

    close: drop,
  };
}

/**
 * Where to ask instead, by what a member of a Redis Cluster answered; `undefined` where it does not say.
 *
 * @param address - the URL of the Redis that answered, whose credentials and encryption are those of the other one too
 */
export function movedTo(answer: string, address: string): string | undefined {
  // Redis Cluster specification, "MOVED redirection": with no host, it is the one that answered. IPv6 has no brackets.
  const [, host, port] = /^MOVED \d+ ([\w.:-]*):(\d+)$/.exec(answer) ?? [];
  if (host === undefined || port === undefined) return undefined;
  const next = new URL(address);
  if (host !== '') next.hostname = host.includes(':') ? `[${host}]` : host;
  next.port = port;
  return next.href;
}
