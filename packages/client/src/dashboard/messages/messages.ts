/** A noun in the forms that its language has: which of them fits a count, `Intl.PluralRules` knows. */
export type Forms = { one: string; other: string };

/** How far back a plot reaches. */
export type Span = { unit: 'minute' | 'hour'; count: number };

/** Words that stand in the page by themselves: `index.html` names them in `data-word` and `data-word-label`. */
export type FixedWords = {
  language: string;
  in: string;
  visits: string;
  peak: string;
  visitorSeconds: string;
  period: string;
  lastMinutes: string;
  lastDay: string;
  partial: string;
  /** What precedes the line that mends it. */
  buffered: string;
  silent: string;
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

/** All that the page says, in one language. Counts and durations come as they are to be read. */
export type Words = {
  /** What the language calls itself. */
  name: string;
  fixed: FixedWords;
  connection: {
    connecting: string;
    live: string;
    stale: string;
    reconnecting: string;
    offline: string;
    /** What precedes the reason. */
    refused: string;
    /** What follows `reconnecting` while it is under way. */
    now: string;
    /** What follows it until then. */
    in: (duration: string) => string;
    again: (duration: string) => string;
  };
  visitorsHere: Forms;
  /** What follows them while the number is live. */
  rightNow: string;
  /** What follows them otherwise. */
  ago: (duration: string) => string;
  tabs: Forms;
  browsers: Forms;
  define: (tabs: Counted, browsers: Counted) => string;
  /** What the plot shows. */
  between: (lowest: string, highest: string, span: Span) => string;
  always: (count: string, span: Span) => string;
  unknown: string;
  dayUnreadable: string;
  copied: string;
  /** Where the page may not copy by itself. */
  selected: string;
};

/** A count, and the form of the nouns that go with it. */
export type Counted = { count: string; form: keyof Forms };
