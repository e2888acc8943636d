import type { Page } from 'puppeteer-core';

/** What a page has started and not ended. */
export type Leftovers = {
  timers: number;
  listeners: number;
  channels: number;
  sources: number;
  /** Locks that it holds, or has requested. */
  locks: number;
};

export const noLeftovers: Leftovers = { timers: 0, listeners: 0, channels: 0, sources: 0, locks: 0 };

/** Counts all that the scripts of a page start and end from now on. To be called before the page is loaded. */
export function watchLeftovers(page: Page): Promise<unknown> {
  return page.evaluateOnNewDocument(() => {
    const open = { timers: new Set(), listeners: new Map(), channels: new Set(), sources: new Set() };
    const { setTimeout, clearTimeout, setInterval, clearInterval, BroadcastChannel, EventSource } = window;

    Object.assign(window, {
      setTimeout(callback: (...args: unknown[]) => void, delayMs: number, ...args: unknown[]) {
        const timer = setTimeout(() => {
          open.timers.delete(timer);
          callback(...args);
        }, delayMs);
        open.timers.add(timer);
        return timer;
      },
      setInterval(...args: Parameters<typeof setInterval>) {
        const timer = setInterval(...args);
        open.timers.add(timer);
        return timer;
      },
      clearTimeout(timer: number) {
        open.timers.delete(timer);
        clearTimeout(timer);
      },
      clearInterval(timer: number) {
        open.timers.delete(timer);
        clearInterval(timer);
      },
      BroadcastChannel: class extends BroadcastChannel {
        constructor(name: string) {
          super(name);
          open.channels.add(this);
        }
        override close() {
          open.channels.delete(this);
          super.close();
        }
      },
      EventSource: class extends EventSource {
        constructor(url: string) {
          super(url);
          open.sources.add(this);
        }
        override close() {
          open.sources.delete(this);
          super.close();
        }
      },
    });

    // Those on the window and the document: all else goes with its listeners.
    const outlives = (target: EventTarget) => target === window || target === document;
    const { addEventListener, removeEventListener } = EventTarget.prototype;
    const listenersOf = (target: EventTarget, type: string) => {
      const byType = open.listeners.get(target) ?? new Map();
      open.listeners.set(target, byType);
      const listeners = byType.get(type) ?? new Set();
      byType.set(type, listeners);
      return listeners;
    };
    EventTarget.prototype.addEventListener = function (this: EventTarget | undefined, type, listener, options) {
      const target = this ?? window;
      addEventListener.call(target, type, listener, options);
      if (!outlives(target)) return;
      listenersOf(target, type).add(listener);
      const { signal, once = false } = typeof options === 'object' ? options : {};
      const forget = () => listenersOf(target, type).delete(listener);
      if (signal) addEventListener.call(signal, 'abort', forget);
      if (once) addEventListener.call(target, type, forget, { once });
    };
    EventTarget.prototype.removeEventListener = function (this: EventTarget | undefined, type, listener, options) {
      const target = this ?? window;
      removeEventListener.call(target, type, listener, options);
      listenersOf(target, type).delete(listener);
    };

    Object.assign(window, {
      async leftovers() {
        const listeners = [...open.listeners.values()].flatMap((byType) => [...byType.values()]);
        const { held = [], pending = [] } = (await navigator.locks?.query()) ?? {};
        return {
          timers: open.timers.size,
          listeners: listeners.reduce((sum, { size }) => sum + size, 0),
          channels: open.channels.size,
          sources: open.sources.size,
          locks: held.length + pending.length,
        };
      },
    });
  });
}

export function leftoversOf(page: Page): Promise<Leftovers> {
  return page.evaluate(() => (window as unknown as { leftovers: () => Promise<Leftovers> }).leftovers());
}
