import type { History, RangeHistory } from '@live-visitors/shared';
import type { Connection } from '../stream/connection.ts';
import type { Announcement } from './announcer.ts';
import { type Forms, formOf } from './formats.ts';
import type { Messages } from './messages/en.ts';
import type { Locale } from './messages/languages.ts';

/**
 * The connection in words. `detail` is the server's own explanation, in English; `countdown` changes each second, so screen
 * readers skip it.
 */
export function describeConnection(connection: Connection, { messages, formats }: Locale) {
  const texts = messages.connection;
  if (!('inMs' in connection)) return { state: texts[connection.state], countdown: '' };
  const seconds = Math.ceil(connection.inMs / 1000);
  const wait = formats.duration(seconds);
  if (connection.state === 'reconnecting') {
    return { state: texts.reconnecting, countdown: seconds > 0 ? ` ${texts.in(wait)}` : '…' };
  }
  const { status, reason } = connection;
  const countdown = seconds > 0 && seconds < Infinity ? ` ${texts.again(wait)}` : '';
  if (status !== 403 && status !== 429) return { state: texts.refused, detail: reason, countdown };
  return { state: `${texts.refused} ${messages.reasons[status]}`, countdown };
}

/** For screen readers: the state of the connection, and the number with its noun while it is live. */
export function announceConnection(connection: Connection, online: number | undefined, locale: Locale): Announcement[] {
  // Screen readers read this state with the document.
  if (connection.state === 'connecting') return [];
  const { state, detail } = describeConnection(connection, locale);
  const announcements: Announcement[] = [{ text: state }];
  if (detail !== undefined) announcements.push({ text: detail, lang: 'en' });
  if (connection.state === 'live' && online !== undefined) {
    const { messages, formats } = locale;
    announcements.push({ text: `${formats.counted(online, messages.visitorsHere)} ${messages.rightNow}` });
  }
  return announcements;
}

/** The chart in words. */
export function summarize(past: History | RangeHistory | undefined, { messages, formats }: Locale): string {
  if (!past) return messages.noData;
  const { everyMs, lowest, highest } =
    'series' in past ? past.series : { ...past, lowest: past.online, highest: past.online };
  const low = Math.min(...lowest.filter((value) => value !== null));
  const high = Math.max(...highest.filter((value) => value !== null));
  // Of no values, the lowest is infinite.
  if (low > high) return messages.noData;
  const span = inTheLast(lowest.length * everyMs, messages);
  if (low === high) return messages.always(formats.count(low), span);
  return messages.between(formats.count(low), formats.count(high), span);
}

function inTheLast(lengthMs: number, { inTheLast: { minute, hour, day } }: Messages): string {
  const say = (count: number, forms: Forms) => formOf(forms, count).replace('#', `${count}`);
  const minutes = Math.max(1, Math.round(lengthMs / 60_000));
  const hours = Math.round(minutes / 60);
  if (minutes < 60) return say(minutes, minute);
  return hours < 48 ? say(hours, hour) : say(Math.round(hours / 24), day);
}
