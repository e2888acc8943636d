/** How the page stands with the server. */
export type Connection =
  /** The first stream is being opened. */
  | { state: 'connecting' }
  /** A snapshot comes each second. */
  | { state: 'live' }
  /** The stream is open, yet nothing comes. */
  | { state: 'stale' }
  /** The stream is lost; the next one is on its way. */
  | { state: 'reconnecting' }
  /** The stream is lost, and this device has no network. */
  | { state: 'offline' }
  /** The server answered, but will not have us now. It is asked again. */
  | { state: 'refused'; reason: string };
