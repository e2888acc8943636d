// biome-ignore-all lint/style/noRestrictedGlobals: the calendar of a time that is given, not the clock.

/** A noun in its singular and its plural. */
export type Forms = { one: string; other: string };

export type Formats = ReturnType<typeof createFormats>;

const dayMs = 24 * 60 * 60 * 1000;

/** Writes numbers, durations and times as the readers of a language do. @param tag - a BCP 47 tag */
export function createFormats(tag: string) {
  const { format: count } = new Intl.NumberFormat(tag);
  const { format: compact } = new Intl.NumberFormat(tag, { notation: 'compact' });
  const days = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  const { format: minute } = new Intl.DateTimeFormat(tag, { timeStyle: 'short' });
  const seconds = new Intl.DateTimeFormat(tag, { timeStyle: 'medium' });
  const { format: date } = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short' });
  const { format: fullDate } = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', year: 'numeric' });

  function day(at: Date, now: Date): string {
    // Counted from noon to noon: not every day has 24 hours.
    const daysAgo = Math.round((noon(now) - noon(at)) / dayMs);
    if (daysAgo === 0 || daysAgo === 1) return days.format(-daysAgo, 'day');
    return at.getFullYear() === now.getFullYear() ? date(at) : fullDate(at);
  }

  return {
    count,
    compact,
    /** A count with its noun, such as `7 tabs`. */
    counted: (value: number, noun: Forms) => `${count(value)} ${formOf(noun, value)}`,
    duration: (length: number) => formatDuration(length, count),
    /** A time of day in hours and minutes. Times are in milliseconds since 1970. */
    minute,
    /** A time of day in hours, minutes and seconds. */
    second: seconds.format,
    /** The same without AM or PM. */
    shortSecond: (at: number) =>
      Array.from(seconds.formatToParts(at), ({ type, value }) => (type === 'dayPeriod' ? '' : value))
        .join('')
        .trim(),
    /** A day of the year. */
    date,
    /** When something was, seen from `now`: `today, 14:03`. */
    moment: (at: number, now: number) => `${day(new Date(at), new Date(now))}, ${minute(at)}`,
  };
}

/** The form of a noun for a count. In all languages of the dashboard, only 1 takes the singular. */
export function formOf({ one, other }: Forms, count: number): string {
  return count === 1 ? one : other;
}

/**
 * A duration in its two largest units: `5310` seconds are `1 h 28 min`. The International System of Units has the same
 * symbols for all languages.
 */
function formatDuration(seconds: number, count: (value: number) => string): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${count(days)} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  if (minutes > 0) return `${minutes} min ${seconds % 60} s`;
  return `${seconds} s`;
}

const noon = (date: Date) => new Date(date).setHours(12, 0, 0, 0);
