import { formatStreamQuery, paths } from '@live-visitors/shared';
import { aged, type OnUpdate, type Update } from '../update.ts';
import type { Claim } from './claim.ts';
import type { StreamEnvironment } from './environment.ts';
import { step } from './machine.ts';
import { createState, type Effect, type StreamEvent } from './state.ts';

export type StreamOptions = {
  /** The server's URL, without a slash at the end. */
  server: string;
  /** A random id, in memory only, by which our next stream takes our last one's place in the count. */
  browser: string;
  /** How many seconds of history are wanted where none of it is known. */
  historySeconds: number;
  /** What is known already. */
  known: Update;
  /** The server has counted these arrivals. */
  onAcknowledged: (arrivals: readonly string[]) => void;
  onUpdate: OnUpdate;
  /** The next try is due: whoever keeps the stream calls `check`, if it still is to be kept. */
  onDue: () => void;
};

/**
 * Keeps a stream to the server open: renews it before it expires or when the claim changes, and comes back by itself
 * whatever happens to the server, the network or this device. Does what `step` says.
 */
export function keepOpen(environment: StreamEnvironment, options: StreamOptions) {
  const { now, openStream, lookUp, schedule, isOnline, random } = environment;
  const { server, browser, historySeconds, known, onAcknowledged, onUpdate, onDue } = options;
  const closers = new Map<number, () => void>();
  let state = createState(now(), known);
  let callOff = () => {};
  let isStopped = false;

  function send(event: StreamEvent): void {
    if (isStopped) return;
    const result = step(state, event, { now: now(), isOnline: isOnline(), random: random(), historySeconds });
    ({ state } = result);
    result.effects.forEach(perform);
    callOff();
    const { phase } = state;
    if (phase.name === 'waiting' && phase.until < Infinity) callOff = schedule(onDue, phase.until - now());
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'open':
        open(effect);
        break;
      case 'close':
        closers.get(effect.stream.id)?.();
        closers.delete(effect.stream.id);
        break;
      case 'lookUp':
        void lookUp(`${server}${paths.visitors}?request=${randomDigits()}`).then((snapshot) =>
          send({ type: 'lookedUp', snapshot }),
        );
        break;
      case 'acknowledge':
        onAcknowledged(effect.arrivals);
        break;
      case 'tell':
        onUpdate({ ...update(), past: effect.past });
        break;
      default:
        effect satisfies never;
    }
  }

  function open({ stream: { id: stream, claim }, history }: Extract<Effect, { type: 'open' }>): void {
    const given = { browser, ...claim, ...(history && { history }), refusal: 'event' as const };
    const query = formatStreamQuery({ ...given, request: randomDigits() });
    const close = openStream(server + paths.stream + query, (event) =>
      // The server's word to stop is not about one stream.
      send(event.type === 'stopped' ? event : { ...event, stream }),
    );
    closers.set(stream, close);
  }

  /** Makes a URL unique, so that no service worker answers with what it has stored. */
  const randomDigits = () => `${random()}`.slice(2);

  /** How things stand now. */
  const update = () => aged(state.update, now() - state.toldAt);

  return {
    /**
     * Looks after the stream. To be called on each update, each second, and whenever the page or the network wakes up:
     * timers of hidden tabs sleep.
     *
     * @param claim - what the next stream is to say; `undefined` where there is to be none
     */
    check: (claim: Claim | undefined) => send({ type: 'check', claim }),
    update,
    /** Closes the streams for good. */
    stop(): void {
      isStopped = true;
      callOff();
      for (const close of closers.values()) close();
    },
  };
}
