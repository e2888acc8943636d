/** Web Locks. The browser releases the locks of a document that is gone, even after a crash. */
export type Locks = Awaited<ReturnType<typeof takeLocks>>;

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
 * Meets the other documents over a `BroadcastChannel`, and with Web Locks if the page has them.
 *
 * @param channelName - names channel and locks
 * @param documentName - names this document
 */
export async function meet(
  channelName: string,
  documentName: string,
  hear: (message: unknown) => void,
): Promise<Meeting> {
  const alone = { close() {} };
  try {
    // A sandboxed document would hear only itself over a channel.
    if (origin === 'null') return alone;
    const channel = new BroadcastChannel(channelName);
    const left = new AbortController();
    const locks = await takeLocks(channelName, documentName, left.signal).catch(() => undefined);
    channel.onmessage = ({ data }) => hear(data);
    return {
      locks,
      post: (message) => channel.postMessage(message),
      close() {
        channel.close();
        left.abort();
      },
    };
  } catch {
    return alone;
  }
}

/**
 * The locks of one group. The leader holds the one that is named after the channel. In the names of the others, a `#` and the
 * browser's id, a space and a document's name, or a space alone for all documents together follow the channel's name: a
 * server's URL contains neither character.
 *
 * @throws if there are no locks, as on a page that came over plain HTTP, or the browser withholds them
 */
async function takeLocks(channelName: string, documentName: string, left: AbortSignal) {
  const { locks } = navigator;
  const documents = `${channelName} `;
  const browserIds = `${channelName}#`;
  const share = { mode: 'shared' } as const;
  const wasAlone = await locks.request(documents, { ifAvailable: true }, (lock) => lock !== null);
  hold(documents, share, left, () => {}).catch(() => {});
  await new Promise<void>((resolve, reject) => {
    hold(documents + documentName, {}, left, resolve).catch(reject);
  });

  return {
    /** Calls back when the document of this name is gone; at once if it is not there. */
    whenGone(name: string, onGone: () => void): void {
      locks.request(documents + name, { ...share, signal: left }, onGone).catch(() => {});
    },

    /**
     * Shows the browser's id to documents that come while the leader is frozen.
     *
     * @returns resolves when `whenGone` has called back for all documents that are gone already
     */
    showBrowserId: (browserId: string) =>
      new Promise<void>((resolve) => {
        hold(browserIds + browserId, share, left, resolve).catch(() => {});
      }),

    /**
     * Requests the one lock that the leader holds.
     *
     * @param steal - takes it from its holder at once
     * @returns how to release the lock, or to leave the queue for it
     */
    request(steal: boolean, onGranted: () => void, onStolen: () => void): () => void {
      const released = new AbortController();
      const { signal } = released;
      hold(channelName, steal ? { steal } : { signal }, signal, onGranted).catch(() => signal.aborted || onStolen());
      return () => released.abort();
    },

    /**
     * The names of all documents, frozen ones too, and the browser's id, if it is shown; `undefined` if this document found
     * no other one when it came, or the browser does not list its locks.
     */
    async query(): Promise<{ names: readonly string[]; browserId: string | undefined } | undefined> {
      // A query removes all pages that hold locks, also those of the site's own, from Chromium's back/forward cache.
      if (wasAlone) return undefined;
      try {
        const { held = [] } = await locks.query();
        const shownBy = (prefix: string, wanted: LockMode) =>
          held.flatMap(({ name = '', mode }) =>
            mode === wanted && name.startsWith(prefix) ? name.slice(prefix.length) : [],
          );
        // Two ids are shown only if the lead was stolen before its id was. Later leaders all find the same one first.
        return { names: shownBy(documents, 'exclusive'), browserId: shownBy(browserIds, 'shared')[0] };
      } catch {
        // Firefox rejects it in cross-site frames, every browser in the back/forward cache.
        return undefined;
      }
    },
  };
}

/** Holds a lock from when it is granted until `released` is aborted. */
function hold(name: string, options: LockOptions, released: AbortSignal, onGranted: () => void): Promise<unknown> {
  return navigator.locks.request(name, options, () => {
    if (released.aborted) return undefined;
    onGranted();
    return new Promise<void>((resolve) => released.addEventListener('abort', () => resolve()));
  });
}
