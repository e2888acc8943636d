import { type HistoryRange, historyRanges, paths, readPageList, readRangeHistory, tickMs } from '@live-visitors/shared';
import type { DocumentSubscription } from '../document-subscription.ts';
import { aged, type Update } from '../update.ts';
import { createAnnouncer } from './announcer.ts';
import { ChartView } from './chart-view.ts';
import { showConnection } from './connection-view.ts';
import { create, find } from './dom.ts';
import { createEmbedDialog } from './embed/dialog.ts';
import { makeDefinitionDismissible, showFigures } from './figures-view.ts';
import { createLoader, requestJson } from './loader.ts';
import { offerLanguages, readLocale, showFixedMessages } from './locale.ts';
import { PagesView } from './pages-view.ts';
import { createPeakTime } from './peak-time.ts';
import type { Recent } from './recent.ts';
import { markTab } from './tab-mark.ts';
import { announceConnection } from './wording.ts';

/** The shortest time from one request to the next: every other tick. */
const pagesEveryMs = 1.5 * tickMs;

const now = () => performance.now();
const isVisible = () => document.visibilityState === 'visible';

/**
 * The dashboard. Updates of the subscription drive it; a timer only counts down, shows how old the number is, and makes
 * announcements that had to wait.
 */
export class Dashboard {
  #locale = readLocale();
  #latest: Update = { connection: { state: 'connecting' } };
  #receivedAt = now();
  #timer: ReturnType<typeof setInterval> | undefined;

  readonly #peakTime = createPeakTime();
  /** The dashboard's only live region. */
  readonly #announcement = find('.announcement');
  readonly #announce = createAnnouncer();
  readonly #chart: ChartView;
  readonly #translateEmbed: () => void;
  /** `undefined` where the server does not offer the list. */
  readonly #pages = document.querySelector('.pages') ? new PagesView() : undefined;
  readonly #loadHistory: Record<HistoryRange, () => void>;
  readonly #loadPages: () => void;

  /** @param server - its URL, without a slash at the end */
  constructor(server: string, subscription: DocumentSubscription, recent: Recent) {
    const onPeriod = () => {
      this.#loadHistoryIfNeeded();
      this.#show();
    };
    this.#chart = new ChartView(server, recent, this.#isReachable, onPeriod);
    this.#translateEmbed = createEmbedDialog(server, () => this.#locale);
    const loaderOf = (range: HistoryRange) =>
      createLoader(
        () => requestJson(`${server}${paths.history}?range=${range}`, readRangeHistory),
        historyRanges[range].everyMs,
        now,
        (history) => {
          if (history) this.#peakTime.learn(history.peak);
          this.#chart.learn(range, history);
          this.#show();
        },
      );
    this.#loadHistory = { '24h': loaderOf('24h'), '7d': loaderOf('7d'), '30d': loaderOf('30d') };
    this.#loadPages = createLoader(
      () => requestJson(server + paths.pages, readPageList),
      pagesEveryMs,
      now,
      (pages) => this.#pages?.show(pages, this.#locale),
    );
    offerLanguages(this.#locale, (locale) => {
      this.#locale = locale;
      this.#translate();
    });
    makeDefinitionDismissible();
    document.addEventListener('visibilitychange', () => this.#show());
    // A document that comes back from the back/forward cache must not look live before it is.
    addEventListener('pagehide', () => this.#receive({ connection: { state: 'connecting' } }));
    this.#translate();
    subscription.listen({ observe: false, onUpdate: (update) => this.#receive(update) });
  }

  #receive({ connection, last }: Update): void {
    const before = this.#current().last;
    this.#latest = { connection, last: last ?? before };
    this.#receivedAt = now();
    if (last) {
      this.#peakTime.hear(last.snapshot);
      // The first snapshot is shown before anything else is requested.
      if (before) this.#loadHistoryIfNeeded();
    }
    this.#show();
    if (this.#pages && this.#isReachable() && isVisible()) this.#loadPages();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#showMoment(), 1000);
  }

  /** The latest update, as old as it is now. */
  #current = () => aged(this.#latest, now() - this.#receivedAt);

  /** Whether the server answers requests: it also does while its stream is held back. */
  #isReachable = () => ['live', 'delayed'].includes(this.#latest.connection.state);

  #loadHistoryIfNeeded(): void {
    const { last } = this.#latest;
    if (!last || !this.#isReachable() || !isVisible()) return;
    const isPeakTimeUnknown = this.#peakTime.of(last.snapshot.peak) === undefined;
    const range = this.#chart.range ?? (isPeakTimeUnknown && '24h');
    if (range) this.#loadHistory[range]();
  }

  #translate(): void {
    showFixedMessages(this.#locale);
    this.#translateEmbed();
    this.#pages?.translate(this.#locale);
    // The last announcement is in the previous language.
    this.#announcement.replaceChildren();
    this.#show();
  }

  #show(): void {
    const { last } = this.#latest;
    if (last) {
      showFigures(last.snapshot, this.#peakTime, this.#locale);
      if (isVisible()) this.#chart.show(this.#locale);
    }
    this.#showMoment();
  }

  /** Shows what changes without an update. */
  #showMoment(): void {
    const { messages, formats } = this.#locale;
    const { connection, last } = this.#current();
    showConnection({ connection, last }, this.#locale);
    const current = announceConnection(connection, last?.snapshot.online, this.#locale);
    if (last?.snapshot.partial) current.push({ text: messages.partial });
    const added = this.#announce(current, now());
    // New elements are announced even if their text is the same as before.
    const lines = added.map(({ text, lang }) => create('p', { textContent: text, ...(lang && { lang }) }));
    if (lines.length > 0) this.#announcement.replaceChildren(...lines.flatMap((line) => [line, ' ']));
    markTab(last && { text: formats.count(last.snapshot.online), ageMs: last.ageMs }, connection.state === 'live');
  }
}
