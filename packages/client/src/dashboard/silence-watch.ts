import { paths, tickMs } from '@live-visitors/shared';
import type { Connection } from '../stream/connection.ts';

/**
 * So long an open stream may bring nothing. It brings a snapshot at once and one more each second, so six are missing:
 * more than a slow network explains. A silent stream is given up after 10 s, so there is time to say why.
 */
const heldBackAfterMs = 6 * tickMs;

/** A server that answers, and then speaks on the stream within so many milliseconds, was merely asleep. */
const settleMs = 2000;

/** How often the server is asked while nothing comes. */
const askEveryMs = 10_000;

/** No stream is asked to prove itself before that: early enough for the answer to have settled when the time is over. */
const patienceMs = heldBackAfterMs - settleMs;

/** Whether the server answers a plain request now. */
export async function askServer(server: string): Promise<boolean> {
  try {
    const response = await fetch(server + paths.healthz, { cache: 'no-store', signal: AbortSignal.timeout(3000) });
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Finds out whether a stream is held back on the way: it is open as far as the page knows, nothing comes, and yet the
 * server answers when it is asked directly.
 *
 * @param now - milliseconds since some moment; never set back
 */
export function createSilenceWatch(ask: () => Promise<boolean>, now: () => number) {
  /** Since when nothing has come, where something should. */
  let waitingSince: number | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let answeredAt: number | undefined;

  function forget(): void {
    waitingSince = undefined;
    answeredAt = undefined;
    askedAt = Number.NEGATIVE_INFINITY;
  }

  return {
    /** To be called each second, with the connection as it is. */
    check(connection: Connection): void {
      if (!shouldSpeak(connection)) {
        forget();
        return;
      }
      waitingSince ??= now();
      if (now() - waitingSince < patienceMs || now() - askedAt < askEveryMs) return;
      askedAt = now();
      const since = waitingSince;
      void ask().then((answers) => {
        if (since !== waitingSince) return;
        answeredAt = answers ? (answeredAt ?? now()) : undefined;
      });
    },

    isSilent(): boolean {
      return answeredAt !== undefined && now() - answeredAt >= settleMs;
    },
  };
}

/** While the next try is yet to come, silence tells nothing. */
function shouldSpeak(connection: Connection): boolean {
  switch (connection.state) {
    case 'connecting':
    case 'stale':
    case 'delayed':
      return true;
    case 'reconnecting':
      return connection.inMs === 0;
    case 'live':
    case 'offline':
    case 'refused':
      return false;
    default:
      return connection satisfies never;
  }
}
