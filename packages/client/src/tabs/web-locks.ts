import { randomId } from './identity.ts';
import { type ElectionEnvironment, joinTabs, type Message } from './leader-election.ts';
import type { Strategy } from './strategy.ts';
import { onWake } from './wake.ts';

/**
 * Shares the stream by a Web Lock and a `BroadcastChannel`: where the page is a secure context, and neither is withheld
 * from it, as from a sandboxed frame.
 */
export const webLocks: Strategy = async (environment, { server, observe, recent }, page) => {
  // Those who are counted, and those who are not, have a stream each. The number is that of the messages' form: tabs with
  // an older or newer page keep to themselves.
  const name = `live-visitors 1 ${server}${observe ? ' observe' : ''}`;
  // Both throw or reject where they are withheld. The id is asked for anew each time that a page comes back.
  const id = await findOwnId();
  new BroadcastChannel(name).close();

  return (onUpdate) => {
    const channel = new BroadcastChannel(name);
    const election = joinTabs(
      {
        ...environment,
        requestLock: (steal, handlers) => requestLock(name, steal, handlers),
        queryLock: () => queryLock(name),
        post: (message) => channel.postMessage(message),
        isVisible: () => document.visibilityState === 'visible',
        time: Date.now,
      },
      { server, id, page, observe, recent, onUpdate },
    );
    channel.onmessage = (event: MessageEvent<Message>) => election.hear(event.data);
    const stopWaking = onWake(election.check);

    return () => {
      stopWaking();
      election.leave();
      channel.close();
    };
  };
};

/** The id that the lock manager has for this tab, as it shows on a lock that nobody else can hold. */
async function findOwnId(): Promise<string> {
  const name = `live-visitors ${randomId()}`;
  return navigator.locks.request(name, async () => {
    const { holder } = await queryLock(name);
    if (holder === undefined) throw new Error('The lock manager does not show a lock that is held.');
    return holder;
  });
}

function requestLock(
  name: string,
  steal: boolean,
  { granted, stolen }: Parameters<ElectionEnvironment['requestLock']>[1],
): () => void {
  const abort = new AbortController();
  let release = () => {};
  const options = steal ? { steal } : { signal: abort.signal };
  navigator.locks
    .request(name, options, () => {
      if (abort.signal.aborted) return;
      granted();
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    })
    .catch((error: DOMException) => {
      if (!abort.signal.aborted && error.name === 'AbortError') stolen();
    });

  return () => {
    abort.abort();
    release();
  };
}

async function queryLock(name: string) {
  // Rejects in a document that is being put away.
  const { held = [], pending = [] } = await navigator.locks.query().catch(() => ({}) as LockManagerSnapshot);
  const idsOf = (locks: LockInfo[]) => locks.filter((lock) => lock.name === name).map(({ clientId = '' }) => clientId);
  const [holder] = idsOf(held);
  return { holder, tabs: [...new Set(idsOf([...held, ...pending]))] };
}
