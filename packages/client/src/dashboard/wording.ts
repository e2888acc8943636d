import type { DayHistory, History } from '@live-visitors/shared';
import type { Connection } from '../stream/connection.ts';
import type { Saying } from './announcer.ts';
import type { Formats } from './formats.ts';
import type { Span, Words } from './messages/messages.ts';

/** What is said of the connection. */
export type Standing = {
  state: string;
  /** The server's own words, in English. */
  reason?: string;
  /** What changes each second, and so is not to be read aloud. */
  countdown: string;
};

/** The state of the connection in words, so many milliseconds after it was so. */
export function describeConnection(connection: Connection, sinceMs: number, words: Words, formats: Formats): Standing {
  const said = words.connection;
  switch (connection.state) {
    case 'connecting':
    case 'live':
    case 'stale':
    case 'offline':
      return { state: said[connection.state], countdown: '' };
    case 'delayed':
      return { state: said.stale, countdown: '' };
    case 'reconnecting': {
      const seconds = secondsLeft(connection.inMs, sinceMs);
      return { state: said.reconnecting, countdown: seconds > 0 ? ` ${said.in(formats.duration(seconds))}` : said.now };
    }
    case 'refused': {
      const seconds = secondsLeft(connection.inMs, sinceMs);
      const countdown = seconds > 0 ? ` ${said.again(formats.duration(seconds))}` : '';
      return { state: said.refused, reason: connection.reason, countdown };
    }
    default:
      return connection satisfies never;
  }
}

function secondsLeft(inMs: number, sinceMs: number): number {
  return Math.max(0, Math.ceil((inMs - sinceMs) / 1000));
}

/** What those hear who listen to the page: the state of the connection, and the number with its noun while it is live. */
export function sayStanding(
  connection: Connection,
  online: number | undefined,
  words: Words,
  formats: Formats,
): Saying[] {
  // The page begins with it, and so it is read with the page.
  if (connection.state === 'connecting') return [];
  const { state, reason } = describeConnection(connection, 0, words, formats);
  const sayings: Saying[] = [{ text: state }];
  if (reason !== undefined) sayings.push({ text: reason, lang: 'en' });
  if (connection.state === 'live' && online !== undefined) {
    const noun = formats.noun(online, words.visitorsHere);
    sayings.push({ text: `${formats.count(online)} ${noun} ${words.rightNow}` });
  }
  return sayings;
}

/** What the plot of the last minutes shows, for those who do not see it. */
export function summarizeRecent(history: History | undefined, words: Words, formats: Formats): string {
  if (history === undefined) return words.unknown;
  return summarize(history.online, history.online, history.online.length * history.everyMs, words, formats);
}

/** What the plot of the last day shows. */
export function summarizeDay(minutes: DayHistory['minutes'], words: Words, formats: Formats): string {
  const { lowest, highest, everyMs } = minutes;
  return summarize(lowest, highest, lowest.length * everyMs, words, formats);
}

function summarize(
  lowest: (number | null)[],
  highest: (number | null)[],
  lengthMs: number,
  words: Words,
  formats: Formats,
): string {
  const low = Math.min(...known(lowest));
  const high = Math.max(...known(highest));
  // Nothing has no lowest.
  if (low > high) return words.unknown;
  const span = spanOf(lengthMs);
  if (low === high) return words.always(formats.count(low), span);
  return words.between(formats.count(low), formats.count(high), span);
}

function known(values: (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function spanOf(lengthMs: number): Span {
  const minutes = Math.max(1, Math.round(lengthMs / 60_000));
  return minutes < 60 ? { unit: 'minute', count: minutes } : { unit: 'hour', count: Math.round(minutes / 60) };
}
