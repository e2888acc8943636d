import type { Span } from '../formats.ts';

const units = { minute: ['minute', 'minutes'], hour: ['hour', 'hours'], day: ['day', 'days'] } as const;

function inTheLast({ unit, count }: Span): string {
  const [one, many] = units[unit];
  return count === 1 ? `in the last ${one}` : `in the last ${count} ${many}`;
}

/** All texts of the dashboard. Counts and durations are already formatted. */
export type Messages = typeof en & {
  /** Messages that never change, by the names that `index.html` has for them. It has the English ones itself. */
  fixed?: { [name: string]: string };
};

export const en = {
  connection: {
    connecting: 'Connecting…',
    live: 'Live',
    stale: 'No updates from the server',
    delayed: 'Updates every 15 seconds',
    reconnecting: 'Reconnecting',
    offline: 'This device is offline',
    /** Followed by the reason. */
    refused: 'Connection refused:',
    /** Follows `reconnecting` before an attempt. */
    in: (duration: string) => `in ${duration}`,
    again: (duration: string) => `Next try in ${duration}.`,
  },
  /** Why the server refuses the stream, by the HTTP status. */
  reasons: {
    403: 'This site is not allowed to read the count.',
    429: 'Too many tabs are open from your network.',
  },
  visitorsHere: { one: 'visitor here', other: 'visitors here' },
  /** These follow `visitorsHere` while the number is live, and otherwise. */
  rightNow: 'right now',
  ago: (duration: string) => `${duration} ago`,
  tabs: { one: 'tab', other: 'tabs' },
  browsers: { one: 'browser', other: 'browsers' },
  define: (tabs: string, browsers: string) => `Each open tab counts as one visitor. Right now: ${tabs} in ${browsers}.`,
  /** Shown while the servers of a fleet cannot reach each other. */
  partial: 'Part of this count is out of date: some servers cannot be reached.',
  between: (lowest: string, highest: string, span: Span) => `Between ${lowest} and ${highest} ${inTheLast(span)}`,
  always: (count: string, span: Span) => `Always ${count} ${inTheLast(span)}`,
  noData: 'No data yet',
  pastUnavailable: 'This period could not be loaded',
  chart: 'Visitors over time',
  visitsThen: { one: 'visit', other: 'visits' },
  dayTotal: (visits: string, peak: string) => `Total of the day: ${visits}, peak ${peak}`,
  copy: 'Copy',
  copied: 'Copied',
  /** Shown if the browser does not let the dashboard copy. */
  selected: 'Text selected. Copy it now.',
};
