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
  /** How far back the chart reaches; `#` stands for the count. */
  inTheLast: {
    minute: { one: 'in the last minute', other: 'in the last # minutes' },
    hour: { one: 'in the last hour', other: 'in the last # hours' },
    day: { one: 'in the last day', other: 'in the last # days' },
  },
  between: (lowest: string, highest: string, span: string) => `Between ${lowest} and ${highest} ${span}`,
  always: (count: string, span: string) => `Always ${count} ${span}`,
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
