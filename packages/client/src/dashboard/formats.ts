// biome-ignore-all lint/style/noRestrictedGlobals: the calendar of a time that is given, not the clock.
import type { Counted, Forms } from './messages/messages.ts';

export type Formats = ReturnType<typeof createFormats>;

const dayMs = 24 * 60 * 60 * 1000;

/** Writes numbers, durations and times as the readers of a language do. @param locale - a BCP 47 tag */
export function createFormats(locale: string) {
  const numbers = new Intl.NumberFormat(locale);
  const plurals = new Intl.PluralRules(locale);
  const days = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const fullDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });

  const count = (value: number) => numbers.format(value);
  const formFor = (value: number): keyof Forms => (plurals.select(value) === 'one' ? 'one' : 'other');

  function day(at: Date, now: Date): string {
    // Days are counted from noon to noon: they are not all 24 hours long.
    const daysAgo = Math.round((noon(now) - noon(at)) / dayMs);
    if (daysAgo === 0 || daysAgo === 1) return days.format(-daysAgo, 'day');
    return (at.getFullYear() === now.getFullYear() ? date : fullDate).format(at);
  }

  return {
    locale,
    count,
    counted: (value: number): Counted => ({ count: count(value), form: formFor(value) }),
    /** The form of a noun that goes with a count. */
    noun: (value: number, forms: Forms) => forms[formFor(value)],
    duration: (seconds: number) => formatDuration(seconds, count),

    /** When something was, for someone who reads it `now`, both in milliseconds since 1970: `today 14:03`. */
    moment: (at: number, now: number) => `${day(new Date(at), new Date(now))} ${time.format(at)}`,
  };
}

/**
 * A duration as a person would say it, in its two largest units: `5310` seconds are `1 h 28 min`. The symbols are those
 * that the International System of Units has for all languages.
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

function noon(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate(), 12).getTime();
}
