/** The figures of one tick. */
export type Snapshot = {
  /** Open tabs. */
  online: number;
  /** Browsers with a tab open: all tabs of one share a stream. */
  browsers: number;
  /** Tabs that ever arrived. A stream that comes back after a drop is no visit. */
  visits: number;
  /** Most tabs online at any tick, ever. */
  peak: number;
  /** One tab open for one second is one; summed over all tabs, ever. */
  visitorSeconds: number;
  /** When this was counted, in milliseconds since 1970. */
  at: number;
  /** There while a fleet's nodes cannot hear each other: the others' part is what was last heard of them. */
  partial?: true | undefined;
};

/** How the page stands with the server. */
export type Connection =
  /** The first stream is being opened. */
  | { state: 'connecting' }
  /** A snapshot comes each second. */
  | { state: 'live' }
  /** The stream is open, yet nothing comes. */
  | { state: 'stale' }
  /** No snapshot comes by a stream. The count was asked for instead, which is repeated every 15 seconds. */
  | { state: 'delayed' }
  /** The stream is lost; the next one is opened in so many milliseconds, or is on its way where that is 0. */
  | { state: 'reconnecting'; inMs: number }
  /** The stream is lost, and this device has no network. */
  | { state: 'offline' }
  /** The server answered, but will not have us now. It is asked again in so many milliseconds. */
  | { state: 'refused'; reason: string; inMs: number };

export type SubscribeOptions = {
  /** Where the server is, such as `https://visitors.example.com`. */
  server: string;
  /** Whether this tab is shown the count without being in it; it is counted if this is left out. */
  observe?: boolean;
  /** Called when the connection to the server changes: figures are current only while it is `live`. */
  onConnection?: (connection: Connection) => void;
};

/**
 * Counts this tab in, and calls back with each snapshot: one as soon as the server is reached, and then one each second.
 * All tabs of a site share one stream, and all subscriptions of a document one place in the count.
 *
 * @returns how to stop; the tab is counted out when nobody in the document listens any more
 * @throws TypeError where `server` is no `http:` or `https:` URL
 */
export declare function subscribe(options: SubscribeOptions, onSnapshot: (snapshot: Snapshot) => void): () => void;

/** `<live-visitors>`, which `widget.js` defines. */
export interface LiveVisitorsElement extends HTMLElement {
  addEventListener<Name extends keyof LiveVisitorsEventMap>(
    type: Name,
    listener: (this: LiveVisitorsElement, event: LiveVisitorsEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof LiveVisitorsEventMap>(
    type: Name,
    listener: (this: LiveVisitorsElement, event: LiveVisitorsEventMap[Name]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
}

export type LiveVisitorsEventMap = HTMLElementEventMap & {
  /** Each tick's figures. */
  snapshot: CustomEvent<Snapshot>;
  /** The connection has changed. */
  connection: CustomEvent<Connection>;
};

declare global {
  interface HTMLElementTagNameMap {
    'live-visitors': LiveVisitorsElement;
  }
}
