import type { StreamEnvironment } from '../stream/subscription.ts';
import type { Join } from './join.ts';
import { joinTabs, type MemberEnvironment, type Message } from './member.ts';
import { onWake, type PageIdentity } from './page.ts';

/**
 * Shares the stream by a Web Lock and a `BroadcastChannel`: where the page is a secure context, and neither is withheld
 * from it, as from a sandboxed frame.
 */
export async function lockWay(environment: StreamEnvironment, server: string, page: PageIdentity): Promise<Join> {
  // The number is that of the messages' form: tabs with an older or newer page keep to themselves.
  const name = `live-visitors 1 ${server}`;
  // Both throw or reject where they are withheld.
  await navigator.locks.query();
  new BroadcastChannel(name).close();

  return (onNews) => {
    const channel = new BroadcastChannel(name);
    const member = joinTabs(
      {
        ...environment,
        requestLock: (steal, handlers) => requestLock(name, steal, handlers),
        queryTabs: () => queryTabs(name),
        post: (message) => channel.postMessage(message),
        isVisible: () => document.visibilityState === 'visible',
      },
      { server, browser: page.browser, counted: page.counted, onNews },
    );
    channel.onmessage = (event: MessageEvent<Message>) => member.hear(event.data);
    const stopWaking = onWake(member.check);

    return () => {
      stopWaking();
      member.leave();
      channel.close();
    };
  };
}

const requestLock = (
  name: string,
  steal: boolean,
  { granted, stolen }: Parameters<MemberEnvironment['requestLock']>[1],
): (() => void) => {
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
    .catch(() => {
      if (!abort.signal.aborted) stolen();
    });

  return () => {
    abort.abort();
    release();
  };
};

async function queryTabs(name: string): Promise<string[]> {
  const { held = [], pending = [] } = await navigator.locks.query();
  const ids = [...held, ...pending].filter((lock) => lock.name === name).map(({ clientId = '' }) => clientId);
  return [...new Set(ids)];
}
