/** A noun in its singular and its plural. */
export type Forms = { one: string; other: string };

/** How far back the chart reaches. */
export type Span = { unit: 'minute' | 'hour'; count: number };

/** Messages that never change, by the names that `index.html` has for them. */
export type FixedMessages = {
  description: string;
  language: string;
  in: string;
  visits: string;
  peak: string;
  visitorSeconds: string;
  period: string;
  lastMinutes: string;
  lastDay: string;
  openTab: string;
  openTabWhy: string;
  embed: string;
  embedHow: string;
  embedIntro: string;
  preview: string;
  label: string;
  widgetLanguage: string;
  anyLanguage: string;
  format: string;
  observe: string;
  snippet: string;
  copy: string;
  close: string;
};

/** All texts of the dashboard in one language. Counts and durations are already formatted. */
export type Messages = {
  /** What the language calls itself. */
  name: string;
  fixed: FixedMessages;
  connection: {
    connecting: string;
    live: string;
    stale: string;
    reconnecting: string;
    offline: string;
    /** Followed by the reason. */
    refused: string;
    /** Follows `reconnecting` during an attempt. */
    now: string;
    /** Follows `reconnecting` before an attempt. */
    in: (duration: string) => string;
    again: (duration: string) => string;
  };
  /** Why the server refuses the stream, by the HTTP status. */
  reasons: { 403: string; 429: string };
  visitorsHere: Forms;
  /** Follows `visitorsHere` while the number is live. */
  rightNow: string;
  /** Follows `visitorsHere` otherwise. */
  ago: (duration: string) => string;
  tabs: Forms;
  browsers: Forms;
  /** Explains what counts as a visitor. */
  define: (tabs: string, browsers: string) => string;
  /** Shown while the servers of a fleet cannot reach each other. */
  partial: string;
  /** Summaries of the chart. */
  between: (lowest: string, highest: string, span: Span) => string;
  always: (count: string, span: Span) => string;
  noData: string;
  dayUnavailable: string;
  copied: string;
  /** Shown if the browser does not let the dashboard copy. */
  selected: string;
};
