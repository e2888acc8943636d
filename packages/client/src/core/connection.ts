/** How the page stands with the server. */
export type Connection =
  /** The first stream is being opened. */
  | { state: 'connecting' }
  /** A snapshot comes each second. */
  | { state: 'live' }
  /** The stream is open, yet nothing comes. */
  | { state: 'stale' }
  /** The stream is lost; the next one is opened in so many milliseconds, or is on its way where that is 0. */
  | { state: 'reconnecting'; inMs: number }
  /** The stream is lost, and this device has no network. */
  | { state: 'offline' }
  /** The server answered, but will not have us now. It is asked again in so many milliseconds. */
  | { state: 'refused'; reason: string; inMs: number };
