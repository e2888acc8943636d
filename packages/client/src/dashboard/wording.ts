import type { History, RangeHistory } from '@live-visitors/shared';
import type { Connection } from '../stream/connection.ts';
import type { Announcement } from './announcer.ts';
import type { Span } from './formats.ts';
import type { Locale } from './messages/languages.ts';

export type ConnectionText = {
  state: string;
  /** The server's own explanation, in English. */
  detail?: string;
  /** Changes each second, so screen readers skip it. */
  countdown: string;
};

/** @param sinceMs - how long ago `connection` was reported */
export function describeConnection(connection: Connection, sinceMs: number, locale: Locale): ConnectionText {
  const { messages, formats } = locale;
  const texts = messages.connection;
  switch (connection.state) {
    case 'connecting':
    case 'live':
    case 'stale':
    case 'delayed':
    case 'offline':
      return { state: texts[connection.state], countdown: '' };
    case 'reconnecting': {
      const seconds = secondsLeft(connection.inMs, sinceMs);
      const countdown = seconds > 0 ? ` ${texts.in(formats.duration(seconds))}` : texts.now;
      return { state: texts.reconnecting, countdown };
    }
    case 'refused': {
      const seconds = secondsLeft(connection.inMs, sinceMs);
      const countdown = seconds > 0 ? ` ${texts.again(formats.duration(seconds))}` : '';
      const { status, reason } = connection;
      if (status === 403 || status === 429) {
        return { state: `${texts.refused} ${messages.reasons[status]}`, countdown };
      }
      return { state: texts.refused, detail: reason, countdown };
    }
    default:
      return connection satisfies never;
  }
}

function secondsLeft(inMs: number, sinceMs: number): number {
  return Math.max(0, Math.ceil((inMs - sinceMs) / 1000));
}

/** For screen readers: the state of the connection, and the number with its noun while it is live. */
export function announceConnection(connection: Connection, online: number | undefined, locale: Locale): Announcement[] {
  // Screen readers read this state with the document.
  if (connection.state === 'connecting') return [];
  const { state, detail } = describeConnection(connection, 0, locale);
  const announcements: Announcement[] = [{ text: state }];
  if (detail !== undefined) announcements.push({ text: detail, lang: 'en' });
  if (connection.state === 'live' && online !== undefined) {
    const { messages, formats } = locale;
    announcements.push({ text: `${formats.counted(online, messages.visitorsHere)} ${messages.rightNow}` });
  }
  return announcements;
}

/** The chart of the last minutes in words. */
export function summarizeRecent(history: History | undefined, locale: Locale): string {
  const { online, everyMs } = history ?? { online: [], everyMs: 0 };
  return summarize(online, online, everyMs, locale);
}

/** The chart of the last day in words. */
export function summarizeDay(minutes: RangeHistory['series'], locale: Locale): string {
  return summarize(minutes.lowest, minutes.highest, minutes.everyMs, locale);
}

function summarize(
  lowest: (number | null)[],
  highest: (number | null)[],
  everyMs: number,
  { messages, formats }: Locale,
): string {
  const low = Math.min(...lowest.filter((value) => value !== null));
  const high = Math.max(...highest.filter((value) => value !== null));
  // Of no values, the lowest is infinite.
  if (low > high) return messages.noData;
  const span = spanOf(lowest.length * everyMs);
  if (low === high) return messages.always(formats.count(low), span);
  return messages.between(formats.count(low), formats.count(high), span);
}

function spanOf(lengthMs: number): Span {
  const minutes = Math.max(1, Math.round(lengthMs / 60_000));
  return minutes < 60 ? { unit: 'minute', count: minutes } : { unit: 'hour', count: Math.round(minutes / 60) };
}
