import type { Snapshot } from '@live-visitors/shared';
import type { SubscribeOptions } from '../../public/subscribe.d.ts';
import { subscriptionTo } from './document-subscriptions.ts';
import { serverAt, wrongServer } from './server-url.ts';
import { tellChanges } from './tell-changes.ts';

export type { SubscribeOptions };

/**
 * Counts this tab in, and calls back with each snapshot: one as soon as the server is reached, and then one each second.
 * All tabs of a site share one stream, and all subscriptions of a document one place in the count.
 *
 * @returns how to stop; the tab is counted out when nobody in the document listens any more
 * @throws TypeError where `server` is no `http:` or `https:` URL
 */
export function subscribe(
  { server, observe = false, onConnection }: SubscribeOptions,
  onSnapshot: (snapshot: Snapshot) => void,
): () => void {
  const place = serverAt(server);
  if (place === undefined) throw new TypeError(wrongServer(server));

  let isStopped = false;
  const stop = subscriptionTo(place).listen({
    observe,
    onUpdate: tellChanges(
      (snapshot) => isStopped || onSnapshot(snapshot),
      (connection) => isStopped || onConnection?.(connection),
    ),
  });
  return () => {
    isStopped = true;
    stop();
  };
}
