import { listenForSilence } from '../stream/silence.ts';
import { staleAfterMs } from '../stream/subscription.ts';
import type { Update } from '../update.ts';
import type { FromTab } from './shared-worker-host.ts';
import type { Join, Strategy } from './strategy.ts';
import { onWake } from './wake.ts';

/** How long the worker may take to answer for the first time. */
const answerWithinMs = 5000;

/** What the worker says to a tab; `counted`: whether that tab was reported as a visit, or is about to be. */
export type FromWorker = { type: 'ready' } | { type: 'update'; update: Update; counted: boolean };

/**
 * Shares the stream by a `SharedWorker`, which holds it: where there are no Web Locks, as on a page that came over plain
 * HTTP.
 *
 * @throws where there is no such worker, or it does not start
 */
export const sharedWorker: Strategy = async (_environment, { server, observe }, page): Promise<Join> => {
  if (observe) throw new Error('The shared worker is for tabs that are counted.');
  const worker = start(server);
  const { port } = worker;
  let timer: ReturnType<typeof setTimeout> | undefined;
  await new Promise<void>((resolve, reject) => {
    port.onmessage = () => resolve();
    worker.onerror = () => reject(new Error('The shared worker did not start.'));
    timer = setTimeout(() => reject(new Error('The shared worker did not answer.')), answerWithinMs);
  }).finally(() => {
    clearTimeout(timer);
    port.close();
  });

  return (onUpdate) => {
    const silence = listenForSilence(() => performance.now());
    let port: MessagePort;
    let last: Update = { connection: { state: 'connecting' } };
    const say = (type: FromTab['type']) => port.postMessage({ type, tab: page.tab, counted: page.counted });

    function enter() {
      silence.heard();
      ({ port } = start(server));
      port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.type !== 'update') return;
        silence.heard();
        page.counted = data.counted;
        say('heard');
        last = data.update;
        onUpdate(last);
      };
      say('hello');
    }

    enter();
    const stopWaking = onWake(() => {
      silence.check();
      if (silence.silenceMs() < staleAfterMs) return;
      if (last.connection.state === 'live') {
        last = { ...last, connection: { state: 'stale' } };
        onUpdate(last);
      }
      // A browser may run the worker in the process of one of the tabs, with which it dies; nobody tells the others.
      port.close();
      enter();
    });

    return () => {
      stopWaking();
      port.onmessage = null;
      say('bye');
      port.close();
    };
  };
};

/** Connects to the worker, which is started if there is none. */
function start(server: string): SharedWorker {
  return new SharedWorker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    // One for each server; the number is that of the messages' form.
    name: `live-visitors 1 ${server}`,
  });
}
