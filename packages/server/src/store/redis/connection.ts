import { createClient, ErrorReply } from 'redis';
import { explainConnectionError } from './explain-error.ts';
import { reportScript } from './report.ts';
import { placeOf } from './url.ts';

/** How long a connection may take to be made. */
const connectMs = 1500;

/** How long a connection may be silent before another one is made. There is a call each second. */
const idleMs = 3000;

/** The longest pause before another attempt to connect, and by how much pauses differ between nodes. */
const retryMs = { max: 500, jitter: 100 };

function createConnection(url: string) {
  return createClient({
    url,
    // With RESP 3, one connection can both subscribe and call.
    RESP: 3,
    scripts: { report: reportScript },
    // While there is no connection, queue nothing: the counts would be out of date.
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: { connectTimeout: connectMs, socketTimeout: idleMs, reconnectStrategy: false },
  });
}

export type RedisClient = ReturnType<typeof createConnection>;

export type RedisConnectionOptions = {
  url: string;
  /** Takes each connection when it is made. */
  onReady: (client: RedisClient) => void;
  /** Takes what the Redis does that keeps a connection from being made, in words without a full stop. */
  onTrouble: (what: string) => void;
};

/**
 * Keeps a connection to the Redis that has the keys. In a Redis Cluster this may be another one than the URL names, and
 * may change: each answers where the keys are. If one cannot be reached it may have been replaced, so the search begins
 * again at the URL.
 */
export class RedisConnection {
  readonly #options: RedisConnectionOptions;
  #address: string;
  /** `undefined` in the pause between two connections. */
  #client: RedisClient | undefined;
  /** How many connections there were since the last answer. */
  #tries = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.#address = options.url;
    this.#connect();
  }

  /** Which Redis it is, for messages. */
  get place(): string {
    return `Redis at ${placeOf(this.#address)}`;
  }

  /**
   * Rejects as the command does, and if there is no connection now. After an error that Redis answered another connection
   * is made: to the Redis that the error names, or else to the one that the URL leads to at that time.
   */
  async ask<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer> {
    const asked = this.#client;
    if (asked === undefined) throw new Error(`There is no connection to ${this.place} now. Ask again once there is.`);
    try {
      const answer = await command(asked);
      this.#tries = 0;
      return answer;
    } catch (error) {
      if (error instanceof ErrorReply && asked === this.#client) this.renew(movedTo(error.message, this.#address));
      throw error;
    }
  }

  /**
   * Makes another connection in place of one that does not work.
   *
   * @param next - the address that a member of a Redis Cluster has named. Otherwise it is the one that the URL leads to:
   * after a failover that may be another Redis than before, which is read-only by now
   */
  renew(next?: string): void {
    const pauseMs = Math.min(50 * 2 ** this.#tries, retryMs.max) + Math.random() * retryMs.jitter;
    // At once, unless Redis servers that disagree send it back and forth.
    const afterMs = next !== undefined && this.#tries === 0 ? 0 : pauseMs;
    this.close();
    this.#address = next ?? this.#options.url;
    this.#tries++;
    this.#timer = setTimeout(() => this.#connect(), afterMs).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    client?.destroy();
  }

  #connect(): void {
    const { onReady, onTrouble } = this.#options;
    const client = createConnection(this.#address);
    this.#client = client;
    let wasReady = false;
    client.unref();
    client.on('error', (error) => {
      if (client !== this.#client) return;
      onTrouble(explainConnectionError(error, wasReady));
      this.renew();
    });
    client.on('ready', () => {
      wasReady = true;
      onReady(client);
    });
    // Its rejection also comes as an 'error' event.
    client.connect().catch(() => {});
  }
}

/**
 * Where to ask instead, if a member of a Redis Cluster answered so.
 *
 * @param address - the URL of the Redis that answered. Its credentials and encryption are used for the other one too
 */
export function movedTo(answer: string, address: string): string | undefined {
  // Redis Cluster specification, "MOVED redirection": without a host it is the one that answered. IPv6 has no brackets.
  const [, host, port] = /^MOVED \d+ ([\w.:-]*):(\d+)$/.exec(answer) ?? [];
  if (host === undefined || port === undefined) return undefined;
  const next = new URL(address);
  if (host !== '') next.hostname = host.includes(':') ? `[${host}]` : host;
  next.port = port;
  return next.href;
}
