import { formatStreamQuery, paths } from '@live-visitors/shared';
import type { Clock } from '../clock.ts';
import type { Figures, Update } from '../update.ts';
import type { Claim } from './claim.ts';
import { step } from './machine.ts';
import { createState, type Effect, type OnServerEvent, type StreamEvent } from './state.ts';

/** Browser APIs, injected. */
export type StreamEnvironment = Clock & {
  /** Opens a stream. Returns how to close it. */
  openStream: (url: string, onEvent: OnServerEvent) => () => void;
  /** Requests the current figures; `undefined` if there is no answer. */
  lookUp: (url: string) => Promise<Figures | undefined>;
  isOnline: () => boolean;
};

export type StreamOptions = {
  /** The server's URL, without a slash at the end. */
  server: string;
  /** A random id, in memory only, by which the next stream takes the last one's place in the count. */
  browserId: string;
  /** How many seconds of history the next stream is to bring. */
  missingSeconds: () => number;
  /** The latest update, as old as it is now. */
  current: () => Update;
  /** The server has counted these arrivals. */
  onAcknowledged: (arrivals: readonly string[]) => void;
  onUpdate: (update: Update) => void;
  /** The next try is due: call `keep` if the stream is still wanted. */
  onDue: () => void;
};

/**
 * Keeps a stream to the server open: renews it before it expires or when the claim changes, and comes back by itself
 * whatever happens to the server, the network or this device. Performs the effects of `step`.
 */
export function keepOpen(environment: StreamEnvironment, options: StreamOptions) {
  const { now, openStream, lookUp, schedule, isOnline, random } = environment;
  const { server, browserId: browser, missingSeconds, current, onAcknowledged, onUpdate, onDue } = options;
  const closers = new Map<object, () => void>();
  let state = createState(now(), current().connection);
  let cancel = () => {};
  let isStopped = false;

  /** Random digits make it unique, so that no cache and no service worker answers with what it has stored. */
  function urlOf(path: string, query: Parameters<typeof formatStreamQuery>[0]): string {
    return server + path + formatStreamQuery({ ...query, request: `${random()}`.slice(2) });
  }

  function send(event: StreamEvent): void {
    if (isStopped) return;
    const result = step(state, event, { now: now(), isOnline: isOnline(), random: random() });
    ({ state } = result);
    result.effects.forEach(perform);
    cancel();
    const waitMs = 'notBefore' in state.phase ? state.phase.notBefore - now() : 0;
    if (waitMs > 0 && waitMs < Infinity) cancel = schedule(onDue, waitMs);
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'open': {
        const { stream } = effect;
        const history = missingSeconds();
        const query = { browser, ...stream.claim, ...(history && { history }), refusal: 'event' } as const;
        const close = openStream(urlOf(paths.stream, query), (event) => send({ ...event, stream }));
        closers.set(stream, close);
        break;
      }
      case 'close':
        closers.get(effect.stream)?.();
        closers.delete(effect.stream);
        break;
      case 'lookUp':
        void lookUp(urlOf(paths.visitors, { page: effect.page })).then((figures) =>
          send({ type: 'lookedUp', figures }),
        );
        break;
      case 'welcome':
        onAcknowledged(effect.arrivals);
        onUpdate({ ...current(), past: effect.past });
        break;
      case 'tell':
        onUpdate({ connection: effect.connection, last: effect.last ?? current().last });
        break;
      default:
        effect satisfies never;
    }
  }

  return {
    /**
     * Keeps the stream open. To be called on each update, each second, and whenever the page or the network wakes up:
     * timers of hidden tabs sleep.
     *
     * @param claim - what the next stream is to say; `undefined` if no stream is wanted
     */
    keep: (claim: Claim | undefined) => send({ type: 'keep', claim }),
    /** Closes the streams for good. */
    stop(): void {
      isStopped = true;
      cancel();
      for (const close of closers.values()) close();
    },
  };
}
