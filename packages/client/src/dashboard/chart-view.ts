import { type HistoryRange, historyRangeNames, paths, type RangeHistory } from '@live-visitors/shared';
import type { Chart } from './chart/chart.ts';
import { find, findAs, setText } from './dom.ts';
import { isTag, type Locale } from './messages/languages.ts';
import type { Recent } from './recent.ts';
import { summarize } from './wording.ts';

/** Shows who was here before: in the last minutes, or in a range of history. Loads the code of the chart when it is needed. */
export class ChartView {
  readonly #csv = findAs(HTMLAnchorElement, '.csv');
  readonly #recent: Recent;
  readonly #isReachable: () => boolean;
  /** The range that is shown; `undefined` for the last minutes. */
  range: HistoryRange | undefined;
  /** `undefined` for those that could not be loaded; others have not been answered yet. */
  readonly #histories = new Map<HistoryRange, RangeHistory | undefined>();
  #chart: Chart | undefined;
  #locale: Locale | undefined;
  #loading: Promise<void> | undefined;

  /**
   * @param server - its URL, without a slash at the end
   * @param isReachable - whether ranges that are not known are requested now
   */
  constructor(server: string, recent: Recent, isReachable: () => boolean, onPeriod: () => void) {
    this.#recent = recent;
    this.#isReachable = isReachable;
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('.period button')];
    for (const button of buttons) {
      button.addEventListener('click', () => {
        this.range = historyRangeNames.find((name) => name === button.value);
        for (const each of buttons) each.ariaPressed = String(each === button);
        this.#csv.hidden = this.range === undefined;
        this.#csv.href = `${server}${paths.historyCsv}?range=${this.range}`;
        onPeriod();
      });
    }
  }

  learn(range: HistoryRange, history: RangeHistory | undefined): void {
    // An older one is better than none.
    this.#histories.set(range, history ?? this.#histories.get(range));
  }

  /** To be called with each snapshot while the document is visible, and after every other change. */
  show(locale: Locale): void {
    this.#locale = locale;
    this.#loading ??= this.#load();
    const { range } = this;
    const past = range ? this.#histories.get(range) : this.#recent.read();
    const isAwaited = range && !this.#histories.has(range) && this.#isReachable();
    const isUnavailable = range && !past;
    const { pastUnavailable } = locale.messages;
    setText(find('.summary'), isAwaited ? '…' : isUnavailable ? pastUnavailable : summarize(past, locale));
    this.#chart?.show(past, locale);
  }

  async #load(): Promise<void> {
    // While uPlot loads, it passes the language to `Intl`, which throws if it is not a language tag.
    if (!isTag(navigator.language)) Object.defineProperty(navigator, 'language', { value: 'en' });
    // Without the chart there is still the summary. In the same document, Chromium and Firefox never request a module again
    // that they could not load.
    const loaded = await import('./chart/chart.ts').catch(() => undefined);
    if (!loaded || !this.#locale) return;
    this.#chart = new loaded.Chart();
    this.show(this.#locale);
  }
}
