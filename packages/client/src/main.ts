import { openEventStream, probe } from './event-stream.ts';
import { whilePageIsOpen } from './page-visit.ts';
import { type Environment, subscribe } from './subscription.ts';
import { showAge, showConnection, showSnapshot } from './view.ts';

const environment: Environment = {
  openStream: openEventStream,
  probe,
  now: () => performance.now(),
  schedule: setTimeout,
  isOnline: () => navigator.onLine,
  random: Math.random,
};

// `crypto.randomUUID` is missing where the page came over plain HTTP; this is not.
const browser = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
  byte.toString(16).padStart(2, '0'),
).join('');

whilePageIsOpen((counted) => {
  let receivedAt: number | undefined;
  let live = false;

  const subscription = subscribe(environment, {
    server: '',
    browser,
    counted,
    onSnapshot(snapshot) {
      receivedAt = performance.now();
      showSnapshot(snapshot);
    },
    onConnection(connection) {
      live = connection.state === 'live';
      showConnection(connection);
      refreshAge();
    },
  });

  function refreshAge() {
    showAge(live || receivedAt === undefined ? undefined : Math.floor((performance.now() - receivedAt) / 1000));
  }

  function check() {
    subscription.check();
    refreshAge();
  }

  const wakers = [
    [document, 'visibilitychange'],
    [window, 'online'],
    [window, 'offline'],
  ] as const;
  for (const [target, type] of wakers) target.addEventListener(type, check);
  const timer = setInterval(check, 1000);

  return () => {
    clearInterval(timer);
    for (const [target, type] of wakers) target.removeEventListener(type, check);
    subscription.leave();
  };
});
