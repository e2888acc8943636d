import type { Locks } from './environment.ts';

/**
 * The locks of one group, on one of which this document shows that it is there.
 *
 * @param group - the lock that the leader holds
 * @param self - names this document
 * @throws where there are no locks, as on a page that came over plain HTTP, or they are withheld
 */
export async function takeLocks(group: string, self: string): Promise<Locks & { leave: () => void }> {
  const prefix = `${group} `;
  let leave = () => {};
  await new Promise<void>((resolve, reject) => {
    hold(prefix + self, {}, resolve, (release) => {
      leave = release;
    }).catch(reject);
  });

  return {
    leave: () => leave(),

    request(steal, onGranted, onStolen) {
      const abort = new AbortController();
      const { signal } = abort;
      let release = () => {};
      const take = (free: () => void) => {
        if (signal.aborted) free();
        release = free;
      };
      hold(group, steal ? { steal } : { signal }, () => signal.aborted || onGranted(), take).catch(
        () => signal.aborted || onStolen(),
      );
      return () => {
        abort.abort();
        release();
      };
    },

    async query() {
      try {
        const { held = [] } = await navigator.locks.query();
        const holderOf = (lock: string) => held.find(({ name }) => name === lock)?.clientId;
        const present = held.flatMap(({ name = '' }) => (name.startsWith(prefix) ? name.slice(prefix.length) : []));
        return { isLeader: holderOf(group) === holderOf(prefix + self), present };
      } catch {
        // Firefox withholds it from documents in frames of another site, and each browser from one that is put away.
        return undefined;
      }
    },
  };
}

/** Holds a lock until what `onHeld` is given is called. */
function hold(name: string, options: LockOptions, onGranted: () => void, onHeld: (release: () => void) => void) {
  return navigator.locks.request(name, options, () => {
    const held = new Promise<void>(onHeld);
    onGranted();
    return held;
  });
}
