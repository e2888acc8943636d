import type { PlotData } from './data.ts';

/** How the reader's language writes numbers, and times of day. */
export type Labels = {
  count: (count: number) => string;
  /** Hours and minutes. */
  minute: (time: number) => string;
  /** Hours, minutes and seconds. */
  second: (time: number) => string;
};

/** @param locale - a BCP 47 tag */
export function createLabels(locale: string, count: (count: number) => string): Labels {
  const minute = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const second = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  return { count, minute: (time) => minute.format(time), second: (time) => second.format(time) };
}

/** What is at one point of a plot: `14:03:20 · 7` for a second, `14:03 · 5 (2–9)` for a minute. */
export function describePoint({ times, values, range }: PlotData, index: number, labels: Labels): string {
  const time = times[index] ?? Number.NaN;
  const value = values[index] ?? 0;
  if (!range) return `${labels.second(time)} · ${labels.count(value)}`;

  const said = `${labels.minute(time)} · ${labels.count(roundMean(value))}`;
  const lowest = range.lowest[index] ?? value;
  const highest = range.highest[index] ?? value;
  return lowest === highest ? said : `${said} (${labels.count(lowest)}–${labels.count(highest)})`;
}

/** A decimal tells something of a few visitors, and nothing of many. */
function roundMean(mean: number): number {
  return mean < 10 ? Math.round(mean * 10) / 10 : Math.round(mean);
}
