/** Web Locks. The browser releases the locks of a document that is gone, however it went. */
export type Locks = {
  /**
   * Requests the one lock that the leader holds.
   *
   * @param steal - takes it from its holder at once
   * @returns how to release the lock, or to leave the queue for it
   */
  request: (steal: boolean, onGranted: () => void, onStolen: () => void) => () => void;
  /** Shows the browser's id to documents that come while the leader is frozen. */
  showBrowserId: (browserId: string) => void;
  /** The names of all documents and the browser's id, if it is shown; `undefined` if the browser does not tell. */
  query: () => Promise<{ names: readonly string[]; browserId: string | undefined } | undefined>;
};

/** How a document meets the others of its browser. */
export type Meeting = {
  /** Missing on pages that came over plain HTTP. */
  locks?: Locks | undefined;
  /** Sends a message to all other documents. Missing if there is no channel to them. */
  post?: (message: unknown) => void;
  /** Closes the channel, and releases the lock that shows that this document is there. */
  close: () => void;
};

/**
 * Meets the other documents.
 *
 * @param channelName - names channel and locks
 * @param documentName - names this document
 */
export type Meet = (channelName: string, documentName: string, hear: (message: unknown) => void) => Promise<Meeting>;
