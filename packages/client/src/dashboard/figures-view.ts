import type { Figure, Snapshot } from '@live-visitors/shared';
import { find, setText } from './dom.ts';
import type { Speech } from './locale.ts';
import { createNumberView } from './number-view.ts';
import type { PeakTime } from './peak-time.ts';

/** Shows the figures of a snapshot. Every figure's plain integer stands in its `data-value`, for scripts. */
export function createFiguresView(peakTime: Pick<PeakTime, 'of'>) {
  const showNumber = createNumberView();
  const tabs = find('.tabs');
  const definition = find('#definition');
  const browsersLabel = find('.browsers-label');
  const peakWhen = find('.peak-time');

  function show(name: Figure, value: number, text: string): void {
    const element = find(`[data-figure="${name}"]`);
    element.dataset.value = String(value);
    setText(element, text);
  }

  return ({ online, browsers, visits, peak, visitorSeconds }: Snapshot, { words, formats }: Speech): void => {
    showNumber(online, formats.count(online));
    show('browsers', browsers, formats.count(browsers));
    show('visits', visits, formats.count(visits));
    show('peak', peak, formats.count(peak));
    show('visitorSeconds', visitorSeconds, formats.duration(visitorSeconds));
    const peakAt = peakTime.of(peak);
    setText(peakWhen, typeof peakAt === 'number' ? formats.moment(peakAt, Date.now()) : '');
    setText(tabs, `${formats.count(online)} ${formats.noun(online, words.tabs)}`);
    setText(browsersLabel, formats.noun(browsers, words.browsers));
    setText(definition, words.define(formats.counted(online), formats.counted(browsers)));
  };
}
