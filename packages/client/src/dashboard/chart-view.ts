import type { DayHistory } from '@live-visitors/shared';
import type { Recent } from '../stream/recent.ts';
import type { Plot } from './chart/chart.ts';
import { find, setText } from './dom.ts';
import type { Speech } from './locale.ts';
import { summarizeDay, summarizeRecent } from './wording.ts';

/** When to try again to load what draws the plot. */
const loadAgainMs = 60_000;

type Period = 'recent' | 'day';

/** `unread` until the server has been asked for it. */
type Day = DayHistory | 'unread' | 'unreadable';

/** Shows who was here before: in the last minutes, or in the last day. What draws it is loaded when it is first needed. */
export function createPastView(recent: Pick<Recent, 'read'>, now: () => number, onPeriod: () => void) {
  const container = find('.plot-room');
  const summary = find('.summary');
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('.period button')];
  let period: Period = 'recent';
  let plot: Plot | undefined;
  let spokenBy: Speech | undefined;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let day: Day = 'unread';
  /** What the plot shows, as far as it need not be drawn anew each second. */
  let drawnDay: Day | 'none' = 'none';

  function load(speech: Speech): void {
    if (plot || now() - loadedAt < loadAgainMs) return;
    loadedAt = now();
    import('./chart/chart.ts').then(
      ({ createPlot }) => {
        plot = createPlot(container, optionsFor(speech));
        spokenBy = speech;
        draw(speech);
      },
      // The summary says what there is to say.
      () => {},
    );
  }

  function draw(speech: Speech): void {
    if (plot && spokenBy !== speech) {
      plot.setOptions(optionsFor(speech));
      spokenBy = speech;
    }
    if (period === 'day') drawDay(speech);
    else drawRecent(speech);
  }

  function drawRecent({ words, formats }: Speech): void {
    const history = recent.read();
    setText(summary, summarizeRecent(history, words, formats));
    plot?.showRecent(history);
    drawnDay = 'none';
  }

  function drawDay({ words, formats }: Speech): void {
    if (typeof day === 'object') setText(summary, summarizeDay(day.minutes, words, formats));
    else setText(summary, day === 'unread' ? '…' : words.dayUnreadable);
    if (!plot || drawnDay === day) return;
    plot.showDay(typeof day === 'object' ? day.minutes : undefined);
    drawnDay = day;
  }

  for (const button of buttons) {
    button.addEventListener('click', () => {
      period = button.value === 'day' ? 'day' : 'recent';
      for (const each of buttons) each.ariaPressed = String(each === button);
      onPeriod();
    });
  }

  return {
    period: () => period,

    learnDay(read: DayHistory | undefined): void {
      // What was read before is better than nothing.
      if (read) day = read;
      else if (day === 'unread') day = 'unreadable';
    },

    /** To be called with each snapshot that someone may see, and whenever what is to be shown has changed. */
    show(speech: Speech): void {
      load(speech);
      draw(speech);
    },
  };
}

function optionsFor({ formats }: Speech) {
  return { locale: formats.locale, formatCount: formats.count };
}
