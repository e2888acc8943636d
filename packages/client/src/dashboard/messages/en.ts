import type { Span, Words } from './messages.ts';

const units = { minute: ['minute', 'minutes'], hour: ['hour', 'hours'] } as const;

function inTheLast({ unit, count }: Span): string {
  const [one, many] = units[unit];
  return count === 1 ? `in the last ${one}` : `in the last ${count} ${many}`;
}

export const en: Words = {
  name: 'English',
  fixed: {
    language: 'Language',
    in: 'in',
    visits: 'Visits',
    peak: 'Most at once',
    visitorSeconds: 'Time spent here together',
    period: 'Period',
    lastMinutes: '10 min',
    lastDay: '24 h',
    partial: 'Some servers cannot be heard: their part is as last known.',
    buffered: 'The number comes in bursts: something on the way holds it back. For nginx, the cure is',
    silent: 'The server answers, but its stream is held back on the way. For nginx, the cure is',
    openTab: 'Open another tab',
    openTabWhy: 'and watch it rise',
    embed: 'Put it on your site',
    embedHow: 'two lines of HTML',
    embedIntro: 'Paste two lines where the number should stand. Every tab that has your site open then counts.',
    preview: 'Preview',
    label: 'Label',
    widgetLanguage: 'Language',
    anyLanguage: 'your site’s',
    format: 'Number',
    observe: 'Show the number without counting those who see it',
    snippet: 'HTML',
    copy: 'Copy',
    close: 'Close',
  },
  connection: {
    connecting: 'Connecting…',
    live: 'Live',
    stale: 'No update from the server',
    reconnecting: 'Reconnecting',
    offline: 'This device is offline',
    refused: 'Refused:',
    now: '…',
    in: (duration) => `in ${duration}`,
    again: (duration) => `Next try in ${duration}.`,
  },
  visitorsHere: { one: 'visitor here', other: 'visitors here' },
  rightNow: 'right now',
  ago: (duration) => `${duration} ago`,
  tabs: { one: 'tab', other: 'tabs' },
  browsers: { one: 'browser', other: 'browsers' },
  define: (tabs, browsers) => {
    const come = tabs.form === 'one' ? `This ${tabs.count} tab comes` : `These ${tabs.count} tabs come`;
    return `One open tab is one visitor. ${come} from ${browsers.count} ${en.browsers[browsers.form]}.`;
  },
  between: (lowest, highest, span) => `Between ${lowest} and ${highest} ${inTheLast(span)}`,
  always: (count, span) => `Always ${count} ${inTheLast(span)}`,
  unknown: 'Nothing is known yet',
  dayUnreadable: 'The last 24 hours cannot be read now',
  copied: 'Copied',
  selected: 'Selected: now copy it',
};
