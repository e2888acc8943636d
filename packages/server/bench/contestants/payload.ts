/** What every contestant sends at each tick: the event of this server, with the time at which the tick began. */
export function snapshotNow(streams: number) {
  const at = Date.now();
  return { online: streams, browsers: streams, visits: 123_456, peak: 23_456, visitorSeconds: 123_456_789, at };
}

export function frameNow(streams: number): string {
  const snapshot = snapshotNow(streams);
  return `event: visitors\nid: ${snapshot.at}\ndata: ${JSON.stringify(snapshot)}\n\n`;
}

export const port = Number(process.env.PORT);
