import { pagesEvents } from '../page-queries.ts';

/**
 * What every contestant sends at each tick: the event of this server as it is in the documented run, to the digit, with
 * the time at which the tick began.
 */
export function snapshotNow() {
  return {
    online: 10_000,
    browsers: 10_000,
    visits: 10_000,
    peak: 10_000,
    visitorSeconds: 123_456,
    at: Date.now(),
  };
}

export function frameNow(): string {
  const snapshot = snapshotNow();
  return `event: visitors\nid: ${snapshot.at}\ndata: ${JSON.stringify(snapshot)}\n\n${pagesEvent}`;
}

const { PAGES } = process.env;
const pagesEvent = PAGES === 'spread' || PAGES === 'own' ? pagesEvents[PAGES] : '';

export const port = Number(process.env.PORT);
