import { type RangeHistory, timesOf } from '@live-visitors/shared';
import { toUtc } from './utc.ts';

/**
 * A range as CSV (RFC 4180), with empty fields where nothing was recorded. Spreadsheets take `2026-11-29 12:00:00` for a
 * time, but not all of them do so with the `T` and the `Z` of ISO 8601.
 */
export function toCsv({ series }: RangeHistory): string {
  const { lowest, mean, highest, visits } = series;
  const rows = timesOf(series).map((time, index) => [
    toUtc(time).slice(0, 19).replace('T', ' '),
    lowest[index],
    mean[index],
    highest[index],
    visits[index],
  ]);
  return [['time (UTC)', 'lowest', 'mean', 'highest', 'visits'], ...rows].map((row) => `${row.join()}\r\n`).join('');
}
