import type { Figure, Snapshot } from '@live-visitors/shared';
import { find, setText } from './dom.ts';
import { formOf } from './formats.ts';
import type { Locale } from './messages/languages.ts';
import { showNumber } from './number-view.ts';
import type { PeakTime } from './peak-time.ts';

/** Shows the figures of a snapshot. `data-value` holds the plain integer of each, for scripts. */
export function showFigures(snapshot: Snapshot, peakTime: PeakTime, { messages, formats }: Locale): void {
  const { online, browsers, peak, visitorSeconds, partial } = snapshot;
  showNumber(online, formats.count(online));
  for (const name of ['browsers', 'visits', 'peak'] as const) show(name, snapshot[name], formats.count(snapshot[name]));
  show('visitorSeconds', visitorSeconds, formats.duration(visitorSeconds));
  const peakAt = peakTime.of(peak);
  setText(find('.peak-time'), typeof peakAt === 'number' ? formats.moment(peakAt, Date.now()) : '');
  const tabs = formats.counted(online, messages.tabs);
  setText(find('.tabs'), tabs);
  setText(find('.browsers-label'), formOf(messages.browsers, browsers));
  setText(find('#definition'), messages.define(tabs, formats.counted(browsers, messages.browsers)));
  setText(find('.notice'), partial ? messages.partial : '');
}

function show(name: Figure, value: number, text: string): void {
  const element = find(`[data-figure="${name}"]`);
  element.dataset.value = String(value);
  setText(element, text);
}

/** Lets Escape hide the tooltip without moving the pointer or the focus (WCAG 2.2 §1.4.13). The style sheet shows it. */
export function makeDefinitionDismissible(): void {
  const element = find('.browsers');
  const setDismissed = (dismissed: boolean) => element.classList.toggle('dismissed', dismissed);
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && setDismissed(true));
  for (const event of ['pointerenter', 'focusin', 'click']) element.addEventListener(event, () => setDismissed(false));
}
