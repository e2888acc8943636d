import type { Figure, Snapshot } from '@live-visitors/shared';
import { find, setText } from './dom.ts';
import { formOf } from './formats.ts';
import type { Locale } from './messages/languages.ts';
import { createNumberView } from './number-view.ts';
import type { PeakTime } from './peak-time.ts';

/** Shows the figures of a snapshot. `data-value` holds the plain integer of each, for scripts. */
export function createFiguresView(peakTime: Pick<PeakTime, 'of'>) {
  const showNumber = createNumberView();
  const tabs = find('.tabs');
  const definition = find('#definition');
  const browsersLabel = find('.browsers-label');
  const peakWhen = find('.peak-time');
  const notice = find('.notice');
  makeDefinitionDismissible();

  function show(name: Figure, value: number, text: string): void {
    const element = find(`[data-figure="${name}"]`);
    element.dataset.value = String(value);
    setText(element, text);
  }

  return (snapshot: Snapshot, { messages, formats }: Locale): void => {
    const { online, browsers, visits, peak, visitorSeconds, partial } = snapshot;
    showNumber(online, formats.count(online));
    show('browsers', browsers, formats.count(browsers));
    show('visits', visits, formats.count(visits));
    show('peak', peak, formats.count(peak));
    show('visitorSeconds', visitorSeconds, formats.duration(visitorSeconds));
    const peakAt = peakTime.of(peak);
    setText(peakWhen, typeof peakAt === 'number' ? formats.moment(peakAt, Date.now()) : '');
    const tabCount = formats.counted(online, messages.tabs);
    setText(tabs, tabCount);
    setText(browsersLabel, formOf(messages.browsers, browsers));
    setText(definition, messages.define(tabCount, formats.counted(browsers, messages.browsers)));
    setText(notice, partial ? messages.partial : '');
  };
}

/** Lets Escape hide the tooltip without moving the pointer or the focus (WCAG 2.2 §1.4.13). The style sheet shows it. */
function makeDefinitionDismissible(): void {
  const element = find('.browsers');
  const setDismissed = (dismissed: boolean) => element.classList.toggle('dismissed', dismissed);
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && setDismissed(true));
  for (const event of ['pointerenter', 'focusin', 'click']) element.addEventListener(event, () => setDismissed(false));
}
