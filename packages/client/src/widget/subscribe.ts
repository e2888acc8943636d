import type { Snapshot } from '@live-visitors/shared';
import type { Connection } from '../stream/connection.ts';
import { subscriptionTo } from '../subscription-to.ts';
import type { SnapshotWithPages } from '../update.ts';
import { serverAt, wrongServer } from './server-url.ts';
import { tellChanges } from './tell-changes.ts';

export type { LiveVisitorsAttributes, LiveVisitorsElement, LiveVisitorsEventMap } from './element.ts';
export type { Connection, Snapshot, SnapshotWithPages };

export type SubscribeOptions = {
  /** The URL of the server, such as `https://visitors.example.com`. */
  server: string;
  /** Whether this tab receives the count without being counted. Default: `false`. */
  observe?: boolean;
  /**
   * The page that this tab is on, or several: `true` for this document's, which is named by host and path of its canonical
   * link or else of its address, and follows single-page navigation; or a name of 1 to 128 bytes of UTF-8 without control
   * characters and U+FFFD. With `observe`, it is only shown.
   */
  page?: boolean | string | readonly (string | true)[];
  /** The names of pages whose counts are wanted besides. */
  watch?: readonly string[];
  /** Called when the connection to the server changes: figures are current only while it is `live`. */
  onConnection?: (connection: Connection) => void;
};

/**
 * Counts this tab, and calls back with each snapshot: one as soon as the server is reached, then one each second, and one
 * when this document's page changes. All tabs of a site share one stream, and all subscriptions of a document count as one
 * tab.
 *
 * @returns how to stop; the tab leaves the count when nothing in its document listens any more
 * @throws TypeError if `server` is not an `http:` or `https:` URL
 */
export function subscribe(options: SubscribeOptions, onSnapshot: (snapshot: SnapshotWithPages) => void): () => void {
  const { server, observe = false, page, watch = [], onConnection } = options;
  const url = serverAt(server);
  if (url === undefined) throw new TypeError(wrongServer(server));

  let isStopped = false;
  const stop = subscriptionTo(url).listen({
    observe,
    page: [page || []].flat().map((name) => name === true || `${name}`),
    watch: watch.map(String),
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
