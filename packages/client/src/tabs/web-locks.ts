import type { Locks } from './environment.ts';

/**
 * The locks of one group. This document shows by one of its own that it is there.
 *
 * @param group - the lock that the leader holds
 * @param self - names this document
 * @throws where there are no locks, as on a page that came over plain HTTP, or they are withheld
 */
export async function takeLocks(group: string, self: string): Promise<Locks & { leave: () => void }> {
  const present = `${group} `;
  const id = `${group}#`;
  const left = new AbortController();
  await new Promise<void>((resolve, reject) => {
    hold(present + self, {}, left.signal, resolve).catch(reject);
  });

  return {
    leave: () => left.abort(),

    show(shown) {
      hold(id + shown, { mode: 'shared' }, left.signal, () => {}).catch(() => {});
    },

    request(steal, onGranted, onStolen) {
      const released = new AbortController();
      const { signal } = released;
      hold(group, steal ? { steal } : { signal }, signal, onGranted).catch(() => signal.aborted || onStolen());
      return () => released.abort();
    },

    async query() {
      try {
        const { held = [] } = await navigator.locks.query();
        const shownBy = (prefix: string) =>
          held.flatMap(({ name = '' }) => (name.startsWith(prefix) ? name.slice(prefix.length) : []));
        return { present: shownBy(present), id: shownBy(id)[0] };
      } catch {
        // Firefox withholds it from documents in frames of another site, and each browser from one that is put away.
        return undefined;
      }
    },
  };
}

/** Holds a lock from when it is granted until `released` says so. */
function hold(name: string, options: LockOptions, released: AbortSignal, onGranted: () => void): Promise<unknown> {
  return navigator.locks.request(name, options, () => {
    if (released.aborted) return undefined;
    onGranted();
    return new Promise<void>((resolve) => released.addEventListener('abort', () => resolve()));
  });
}
