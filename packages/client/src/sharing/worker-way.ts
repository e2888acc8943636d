import type { News } from '../stream/news.ts';
import type { FromTab } from './hub.ts';
import type { Join } from './join.ts';
import type { PageIdentity } from './page.ts';

/** How long the worker may take to answer for the first time. */
const answerWithinMs = 5000;

/** What the worker says to a tab. */
export type FromWorker = { type: 'ready' } | { type: 'news'; news: News };

/**
 * Shares the stream by a `SharedWorker`, which holds it: where there are no Web Locks, as on a page that came over plain
 * HTTP.
 *
 * @throws where there is no such worker, or it does not start
 */
export async function workerWay(server: string, page: PageIdentity): Promise<Join> {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    // One for each server; the number is that of the messages' form.
    name: `live-visitors 1 ${server}`,
  });
  const { port } = worker;
  await new Promise<void>((resolve, reject) => {
    port.onmessage = () => resolve();
    worker.onerror = () => reject(new Error('The shared worker did not start.'));
    setTimeout(() => reject(new Error('The shared worker did not answer.')), answerWithinMs);
  });

  const say = (message: FromTab) => port.postMessage(message);

  return (onNews) => {
    port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type !== 'news') return;
      say({ type: 'heard', tab: page.tab });
      onNews(data.news);
    };
    say({ type: 'hello', tab: page.tab, counted: page.counted });
    page.counted = true;

    return () => {
      port.onmessage = null;
      say({ type: 'bye', tab: page.tab });
    };
  };
}
