import type { Connection } from '../stream/connection.ts';

const numbers = new Intl.NumberFormat('en');

export function formatCount(count: number): string {
  return numbers.format(count);
}

/** A noun in the number that fits the count. */
export function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** What the number means. */
export function define(tabs: number, browsers: number): string {
  const come = plural(tabs, 'This 1 tab comes', `These ${formatCount(tabs)} tabs come`);
  const from = plural(browsers, '1 browser', `${formatCount(browsers)} browsers`);
  return `One open tab is one visitor. ${come} from ${from}.`;
}

/** A duration as a person would say it, in its two largest units: `5310` seconds are `1 h 28 min`. */
export function formatDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${formatCount(days)} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  if (minutes > 0) return `${minutes} min ${seconds % 60} s`;
  return `${seconds} s`;
}

/** The state of the connection, in words. */
export function describe(connection: Connection): string {
  switch (connection.state) {
    case 'connecting':
      return 'Connecting…';
    case 'live':
      return 'Live';
    case 'stale':
      return 'No news from the server';
    case 'reconnecting':
      return 'Reconnecting…';
    case 'offline':
      return 'This device is offline';
    case 'refused':
      return `Refused: ${connection.reason}`;
    default:
      return connection satisfies never;
  }
}
