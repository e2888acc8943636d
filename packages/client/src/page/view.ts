import type { Figure, Snapshot } from '@live-visitors/shared';
import type { News } from '../stream/news.ts';
import { define, describe, formatCount, formatDuration, plural } from './wording.ts';

const formats: { [Name in Figure]: (value: number) => string } = {
  online: formatCount,
  browsers: formatCount,
  visits: formatCount,
  peak: formatCount,
  visitorSeconds: formatDuration,
};

// As the type of the keys is known here, `Object.keys` tells no lie.
const figures = Object.keys(formats) as Figure[];

/** Shows the figures, and how the page stands with the server. */
export function showNews({ connection, last }: News): void {
  document.body.dataset.connection = connection.state;
  setText('.connection', describe(connection));
  if (last) showSnapshot(last.snapshot);
}

/** Says how old the figures are, unless they are live. `sinceMs` is how long ago the news came. */
export function showAge({ connection, last }: News, sinceMs: number): void {
  const standsStill = last && connection.state !== 'live';
  setText('.age', standsStill ? `${formatDuration(Math.floor((last.ageMs + sinceMs) / 1000))} ago` : '');
}

/** Every figure's plain integer stands in its `data-value`, for scripts. */
function showSnapshot(snapshot: Snapshot): void {
  for (const name of figures) {
    const selector = `[data-figure="${name}"]`;
    find(selector).dataset.value = String(snapshot[name]);
    setText(selector, formats[name](snapshot[name]));
  }
  setText('.online-label', `${plural(snapshot.online, 'visitor', 'visitors')} here right now`);
  setText('.tabs', `${formatCount(snapshot.online)} ${plural(snapshot.online, 'tab', 'tabs')}`);
  setText('#definition', define(snapshot.online, snapshot.browsers));
  setText('.browsers-label', plural(snapshot.browsers, 'browser', 'browsers'));
}

/** Leaves alone what is the same, so that nothing is announced twice. */
function setText(selector: string, text: string): void {
  const element = find(selector);
  if (element.textContent !== text) element.textContent = text;
}

function find(selector: string): HTMLElement {
  const element = document.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`index.html must have an element that matches ${selector}`);
  return element;
}
