import type { Snapshot } from '@live-visitors/shared';
import type { StreamHandlers } from '../../src/stream/environment.ts';
import { createRecent, type Recent } from '../../src/stream/recent.ts';
import type { PageIdentity } from '../../src/tabs/identity.ts';
import { type Election, type ElectionEnvironment, joinTabs, type Message } from '../../src/tabs/leader-election.ts';
import type { Update } from '../../src/update.ts';

type Task = { dueAt: number; order: number; tab: Tab | undefined; run: () => void };
type LockRequest = { tab: Tab; handlers: { granted: () => void; stolen: () => void } };
type ServerStream = { tab: Tab; url: URL; handlers: StreamHandlers; state: 'connecting' | 'open' | 'ended' | 'closed' };

export type Tab = {
  id: string;
  election: Election;
  page: PageIdentity;
  update: Update[];
  recent: Recent;
  visible: boolean;
  state: 'running' | 'frozen' | 'away' | 'gone';
};

/**
 * A browser with any number of tabs, its lock, its channel and the server at the other end, as the standards have them:
 * everything that crosses a process takes its time and arrives in order; a frozen tab runs nothing and keeps all that
 * was sent to it; what dies lets go of its lock and its streams.
 */
export function createBrowser() {
  let time = 0;
  let order = 0;
  let tasks: Task[] = [];
  let holder: LockRequest | undefined;
  let queue: LockRequest[] = [];
  let streams: ServerStream[] = [];
  const tabs: Tab[] = [];
  let visits = 0;
  let isRefusing = false;
  /** What was online at each tick. */
  const shown: number[] = [];
  /** The tabs whose streams the server took, in that order. */
  const accepted: Tab[] = [];
  /** Arrivals in requests that were given up before they reached the server, and those that left before they knew. */
  let lostOnTheWay = 0;

  function after(delayMs: number, tab: Tab | undefined, run: () => void): () => void {
    const task = { dueAt: time + delayMs, order: order++, tab, run };
    tasks.push(task);
    return () => {
      tasks = tasks.filter((other) => other !== task);
    };
  }

  function grantNext(): void {
    if (holder) return;
    const next = queue.shift();
    if (!next) return;
    holder = next;
    after(1, next.tab, () => {
      if (holder === next) next.handlers.granted();
    });
  }

  function letGo(request: LockRequest): void {
    queue = queue.filter((waiting) => waiting !== request);
    if (holder === request) holder = undefined;
    grantNext();
  }

  const isCounted = (stream: ServerStream) => stream.state === 'open';
  const numberIn = (stream: ServerStream, name: string) => Number(stream.url.searchParams.get(name));
  const online = () => streams.filter(isCounted).reduce((sum, stream) => sum + numberIn(stream, 'tabs'), 0);

  function send(stream: ServerStream, handle: () => void): void {
    after(2, stream.tab, () => {
      if (stream.state === 'open') handle();
    });
  }

  function snapshot(): Snapshot {
    const browsers = streams.filter(isCounted).length;
    return { online: online(), browsers, visits, peak: 0, visitorSeconds: 0, at: time };
  }

  /** The server takes a stream: the newest of a browser takes the place of the last one, which is ended. */
  function accept(stream: ServerStream, returning: boolean): void {
    if (stream.state === 'closed') return;
    if (isRefusing) {
      refuse(stream);
      return;
    }
    const id = stream.url.searchParams.get('browser');
    for (const other of streams.filter(isCounted)) {
      if (other.url.searchParams.get('browser') === id && other !== stream) end(other);
    }
    stream.state = 'open';
    accepted.push(stream.tab);
    if (!returning) visits += numberIn(stream, 'arrivals');
    const seconds = Math.min(numberIn(stream, 'history'), shown.length);
    const history = { everyMs: 1000, endsAt: Math.floor(time / 1000) * 1000, online: shown.slice(-seconds) };
    send(stream, () => stream.handlers.welcome({ tabs: 1, renewWithinMs: 40_000, ...(seconds > 0 && { history }) }));
    const first = snapshot();
    send(stream, () => stream.handlers.visitors(first));
  }

  /** The server refuses a stream, as it does while one address has too many tabs. */
  function refuse(stream: ServerStream): void {
    stream.state = 'ended';
    const arrivals = numberIn(stream, 'arrivals');
    const heardBy = time + 2;
    // Unless the leader hears at once that it is refused, nobody knows whether the arrivals were counted.
    lostOnTheWay += arrivals;
    after(2, stream.tab, () => {
      if (stream.state !== 'ended') return;
      if (time === heardBy && stream.tab === holder?.tab) lostOnTheWay -= arrivals;
      stream.handlers.refused({ status: 429, detail: 'Too many.', reconnectInMs: 1000 });
    });
  }

  /** The server ends a stream; the browser brings it back by itself, unless the page closes it first. */
  function end(stream: ServerStream): void {
    stream.state = 'ended';
    after(2, stream.tab, () => {
      if (stream.state !== 'ended') return;
      stream.handlers.dropped();
      after(700, stream.tab, () => {
        if (stream.state === 'ended') after(3, undefined, () => accept(stream, true));
      });
    });
  }

  function environmentOf(tab: Tab): ElectionEnvironment {
    return {
      requestLock(steal, handlers) {
        const request = { tab, handlers };
        if (steal && holder) {
          const robbed = holder;
          // In a tab that wakes up, the word of it may come behind all else that has waited.
          after(1, robbed.tab, () => after(20, robbed.tab, robbed.handlers.stolen));
          holder = undefined;
        }
        if (steal) queue.unshift(request);
        else queue.push(request);
        grantNext();
        return () => letGo(request);
      },
      async queryLock() {
        const requests = holder ? [holder, ...queue] : queue;
        return { holder: holder?.tab.id, tabs: [...new Set(requests.map((request) => request.tab.id))] };
      },
      post(message: Message) {
        for (const other of tabs) {
          if (other !== tab && (other.state === 'running' || other.state === 'frozen')) {
            after(1, other, () => other.election.hear(structuredClone(message)));
          }
        }
      },
      isVisible: () => tab.visible,
      time: () => time,
      openStream(url, handlers) {
        const stream: ServerStream = { tab, url: new URL(url), handlers, state: 'connecting' };
        streams.push(stream);
        after(5, undefined, () => accept(stream, false));
        return () => shut(stream);
      },
      now: () => time,
      schedule: (callback, delayMs) => after(delayMs, tab, callback),
      isOnline: () => true,
      random: () => 0.5,
    };
  }

  function enter(tab: Tab): void {
    tab.state = 'running';
    tab.election = joinTabs(environmentOf(tab), {
      server: 'http://localhost',
      id: tab.id,
      page: tab.page,
      observe: false,
      recent: tab.recent,
      onUpdate(update) {
        tab.recent.learn(update);
        tab.update.push(update);
      },
    });
  }

  function checkEachSecond(tab: Tab): void {
    after(1000, tab, () => {
      if (tab.state === 'running') tab.election.check();
      checkEachSecond(tab);
    });
  }

  function shut(stream: ServerStream): void {
    if (stream.state === 'connecting') lostOnTheWay += numberIn(stream, 'arrivals');
    stream.state = 'closed';
    streams = streams.filter((other) => other !== stream);
  }

  function drop(tab: Tab): void {
    tasks = tasks.filter((task) => task.tab !== tab);
    for (const stream of streams) if (stream.tab === tab) shut(stream);
  }

  const tick = () => {
    const now = snapshot();
    shown.push(now.online);
    for (const stream of streams.filter(isCounted)) send(stream, () => stream.handlers.visitors(now));
    after(1000, undefined, tick);
  };
  after(1000, undefined, tick);

  /** Lets everything that waits for a promise go on. */
  const flush = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    tabs,
    time: () => time,
    online,
    visits: () => visits,
    accepted,
    lostOnTheWay: () => lostOnTheWay,
    streams: () => streams.filter((stream) => stream.state !== 'closed'),
    leader: () => holder?.tab,

    /** From now on the server refuses each new stream, or takes it again. */
    setRefusing(refuses: boolean): void {
      isRefusing = refuses;
    },

    open(visible: boolean): Tab {
      const id = `tab-${tabs.length}`;
      // `enter` gives it its election.
      const page = { tab: id, browser: `browser-of-${id}`, counted: false };
      const tab = { id, page, update: [], recent: createRecent(60), visible } as unknown as Tab;
      tabs.push(tab);
      enter(tab);
      checkEachSecond(tab);
      return tab;
    },
    /** Closes the tab as a person does: the page hears of it. */
    close(tab: Tab): void {
      tab.election.leave();
      drop(tab);
      tab.state = 'gone';
    },
    /** Ends the tab's process. The browser lets go of its lock, and of its place in the queue. */
    crash(tab: Tab): void {
      drop(tab);
      tab.state = 'gone';
      const requests = holder ? [holder, ...queue] : queue;
      for (const request of requests) if (request.tab === tab) letGo(request);
    },
    freeze(tab: Tab): void {
      tab.state = 'frozen';
    },
    thaw(tab: Tab): void {
      tab.state = 'running';
      // Its timer is long overdue, and may run before anything that has waited.
      tab.election.check();
    },
    /** Leaves the page for another one; the page stays in the back/forward cache. */
    goAway(tab: Tab): void {
      const { counted } = tab.page;
      tab.election.leave();
      if (tab.page.counted !== counted) lostOnTheWay++;
      drop(tab);
      tab.state = 'away';
    },
    comeBack(tab: Tab): void {
      enter(tab);
      checkEachSecond(tab);
    },

    async pass(ms: number): Promise<void> {
      const end = time + ms;
      for (;;) {
        await flush();
        const due = tasks
          .filter((task) => task.dueAt <= end && task.tab?.state !== 'frozen')
          .sort((a, b) => a.dueAt - b.dueAt || a.order - b.order)[0];
        if (!due) break;
        tasks = tasks.filter((task) => task !== due);
        time = Math.max(time, due.dueAt);
        due.run();
      }
      time = end;
    },
  };
}
