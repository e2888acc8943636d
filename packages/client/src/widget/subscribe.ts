import type { Snapshot } from '@live-visitors/shared';
import type { Connection } from '../stream/connection.ts';
import { subscriptionTo } from '../subscription-to.ts';
import { serverAt, wrongServer } from './server-url.ts';
import { tellChanges } from './tell-changes.ts';

export type { LiveVisitorsElement, LiveVisitorsEventMap } from './element-type.ts';
export type { Connection, Snapshot };

export type SubscribeOptions = {
  /** The URL of the server, such as `https://visitors.example.com`. */
  server: string;
  /** Whether this tab receives the count without being counted. Default: `false`. */
  observe?: boolean;
  /** Called when the connection to the server changes: figures are current only while it is `live`. */
  onConnection?: (connection: Connection) => void;
};

/**
 * Counts this tab, and calls back with each snapshot: one as soon as the server is reached, and then one each second.
 * All tabs of a site share one stream, and all subscriptions of a document count as one tab.
 *
 * @returns how to stop; the tab leaves the count when nothing in its document listens any more
 * @throws TypeError if `server` is not an `http:` or `https:` URL
 */
export function subscribe(options: SubscribeOptions, onSnapshot: (snapshot: Snapshot) => void): () => void {
  const { server, observe = false, onConnection } = options;
  const url = serverAt(server);
  if (url === undefined) throw new TypeError(wrongServer(server));

  let isStopped = false;
  const stop = subscriptionTo(url).listen({
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
