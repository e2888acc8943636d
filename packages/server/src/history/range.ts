import { daysOf, type HistoryRange, historyRanges, type RangeHistory } from '@live-visitors/shared';
import type { Past } from '../store/store.ts';
import type { Minute } from './minutes.ts';
import { toUtc } from './utc.ts';

/**
 * Lays out a range as lists with a value for each entry, `null` where nothing was recorded.
 *
 * @returns `undefined` if no entry is known
 */
export function layOutRange(range: HistoryRange, { peak, entries }: Past): RangeHistory | undefined {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const { everyMs, entries: most } = historyRanges[range];
  const length = Math.min(most, (last.at - first.at) / everyMs + 1);
  const known = new Map(entries.map((entry) => [entry.at, entry]));
  const slots = Array.from({ length }, (_, index) => known.get(last.at - (length - 1 - index) * everyMs));
  const listOf = (figureOf: (entry: Minute) => number | null) => slots.map((entry) => (entry ? figureOf(entry) : null));
  const series = {
    everyMs,
    endsAt: last.at,
    lowest: listOf(({ lowest }) => lowest),
    mean: listOf(meanOf),
    highest: listOf(({ highest }) => highest),
    visits: listOf(({ visits }) => visits),
  };
  const days = daysOf({ range, series }, (time) => toUtc(time).slice(0, 10));
  return { range, peak: { online: peak.online, at: peak.at === 0 ? null : peak.at }, series, days };
}

/** In a fleet, a minute may begin before the first of its ticks. */
function meanOf({ sum, ticks }: Minute): number | null {
  if (ticks === 0) return null;
  const mean = sum / ticks;
  // Most of an answer would be decimals that nobody needs.
  return mean < 100 ? Math.round(mean * 100) / 100 : Math.round(mean);
}
