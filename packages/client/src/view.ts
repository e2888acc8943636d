import type { Snapshot } from '@live-visitors/shared';
import type { Connection } from './connection.ts';
import { describe, formatCount, formatDuration, plural } from './wording.ts';

type Figure = Exclude<keyof Snapshot, 'at'>;

const formats: { [Name in Figure]: (value: number) => string } = {
  online: formatCount,
  browsers: formatCount,
  visits: formatCount,
  peak: formatCount,
  visitorSeconds: formatDuration,
};

// As the type of the keys is known here, `Object.keys` tells no lie.
const figures = Object.keys(formats) as Figure[];

/** Shows a snapshot. Every figure's plain integer stands in its `data-value`, for scripts. */
export function showSnapshot(snapshot: Snapshot): void {
  for (const name of figures) {
    const element = find(`[data-figure="${name}"]`);
    element.dataset.value = String(snapshot[name]);
    element.textContent = formats[name](snapshot[name]);
  }
  find('.online-label').textContent = `${plural(snapshot.online, 'visitor', 'visitors')} here right now`;
  find('.browsers-label').textContent = plural(snapshot.browsers, 'browser', 'browsers');
}

/** Shows how the page stands with the server. */
export function showConnection(connection: Connection): void {
  document.body.dataset.connection = connection.state;
  find('.connection').textContent = describe(connection);
}

/** Says how old the figures are, in seconds; nothing while they are fresh. */
export function showAge(seconds: number | undefined): void {
  find('.age').textContent = seconds === undefined ? '' : `${formatDuration(seconds)} ago`;
}

function find(selector: string): HTMLElement {
  const element = document.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`index.html must have an element that matches ${selector}`);
  return element;
}
