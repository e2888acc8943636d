import type { Figure } from '@live-visitors/shared';

/** What a browser can do with one of its tabs. */
type TabControl = {
  /** Runs a function in the page. Its arguments and its result must be JSON. A promise is waited for. */
  evaluate: <Args extends unknown[], Result>(
    script: (...args: Args) => Result,
    ...args: Args
  ) => Promise<Awaited<Result>>;

  /** Runs a function in the page with the first element that matches. */
  evaluateOn: <Args extends unknown[], Result>(
    selector: string,
    script: (element: Element, ...args: Args) => Result,
    ...args: Args
  ) => Promise<Awaited<Result>>;

  navigate: (url: string) => Promise<unknown>;
  goBack: () => Promise<unknown>;
  /** Reloads the page, and waits until its document has been read. */
  reload: () => Promise<unknown>;
  close: () => Promise<void>;

  /** Uncaught errors of the page. The list is complete once the tab is closed. */
  problems: string[];
  /** Every line of the console, errors of the network among them, if the browser tells them. */
  logged?: string[];
};

export type Tab = TabControl & ReturnType<typeof hooksOf>;

/** A browser profile that is open. */
export type Profile<Opened extends Tab = Tab> = {
  /** @param prepare - what to do with the tab before the page is loaded */
  open: (url: string, prepare?: (tab: Opened) => Promise<unknown>) => Promise<Opened>;
  /** Opens another profile of the same browser. The two share nothing. */
  openProfile: () => Promise<Profile<Opened>>;
  /** Closes it, with all its tabs. */
  close: () => Promise<void>;
};

/** Adds to a tab the hooks that our own page has for tests. */
export function withHooks<Control extends TabControl>(control: Control): Control & Tab {
  return { ...control, ...hooksOf(control) };
}

function hooksOf({ evaluate, evaluateOn }: TabControl) {
  return {
    figure: (name: Figure): Promise<number> =>
      evaluateOn(`[data-figure="${name}"]`, (element) => Number((element as HTMLElement).dataset.value ?? Number.NaN)),

    connection: (): Promise<string | undefined> => evaluate(() => document.body.dataset.connection),

    /** The state of the connection, and all figures. */
    view: (): Promise<Partial<Record<Figure | 'connection', string>>> =>
      evaluate(() => ({
        connection: document.body.dataset.connection,
        ...Object.fromEntries(
          [...document.querySelectorAll<HTMLElement>('[data-figure]')].map(({ dataset }) => [
            dataset.figure,
            dataset.value,
          ]),
        ),
      })),

    text: (selector: string): Promise<string | null> => evaluateOn(selector, ({ textContent }) => textContent),

    /** Leaves a mark in the document, which a reload would wipe. */
    async mark(): Promise<void> {
      await evaluate(() => {
        Object.assign(window, { marked: true });
      });
    },
    isMarked: (): Promise<boolean> => evaluate(() => 'marked' in window),

    /** Records what `online` has shown from now on, a value for each snapshot. */
    async record(): Promise<() => Promise<number[]>> {
      await evaluateOn('[data-figure="online"]', (element) => {
        const value = () => Number((element as HTMLElement).dataset.value);
        const recorded = [value()];
        Object.assign(window, { recorded });
        new MutationObserver(() => recorded.push(value())).observe(element, { attributeFilter: ['data-value'] });
      });
      return () => evaluate(() => (window as unknown as { recorded: number[] }).recorded);
    },
  };
}
