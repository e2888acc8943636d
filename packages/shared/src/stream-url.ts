/** The most tabs that one stream may stand for. */
export const maxTabs = 64;

/** The most bytes of UTF-8 in the name of a page. */
export const maxNameBytes = 128;

/** The most seconds of history that `welcome` brings. */
export const maxHistorySeconds = 3600;

/** The query of `GET /stream`. */
export type StreamQuery = {
  /** A random id that this browser keeps in memory only: the newest stream of an id takes the last one's place. */
  browser?: string;
  /** Tabs open in this browser now. A stream with 0 is an observer: it is shown the figures, and counted in none. */
  tabs: number;
  /**
   * The random ids of tabs that no `welcome` has acknowledged yet. An id counts as one visit, however often it is sent.
   * Left out: without a `browser`, all `tabs` are new; with one, none are.
   */
  arrivals?: readonly string[];
  /** Seconds of history wanted in `welcome`. */
  history: number;
  /** The names of the pages that the tabs are on: each entry is one tab. A tab may be on several pages, or on none. */
  page?: readonly string[];
  /** The names of pages whose counts are wanted without being on them. */
  watch?: readonly string[];
  /**
   * How a refusal is reported. By default, by the HTTP status. With `event`, by the event `refused` on a stream: an
   * `EventSource` shows a page neither status nor body (HTML Standard §9.2.3), and browsers log each status that is an error.
   */
  refusal?: 'event';
};

/** What a client may add to its query. */
type RequestQuery = Partial<StreamQuery> & {
  /** Random. The server ignores it: no cache has an answer for a URL that is new each time. */
  request?: string;
};

/** A name as it stands in a query (RFC 3986 §3.4, which allows slashes). */
export function encodePageName(name: string): string {
  return encodeURIComponent(name).replaceAll('%2F', '/');
}

/** The query string of `GET /stream`, with its `?`. */
export function formatStreamQuery({ page = [], watch = [], ...query }: RequestQuery): string {
  // No other value needs escaping: ids and words are made of unreserved characters (RFC 3986 §2.3), the rest are whole
  // numbers and the commas between ids.
  const pairs = Object.entries(query).flatMap(([name, value]) => (`${value}` === '' ? [] : [`${name}=${value}`]));
  pairs.push(...page.map((name) => `page=${encodePageName(name)}`));
  pairs.push(...watch.map((name) => `watch=${encodePageName(name)}`));
  return `?${pairs.join('&')}`;
}
