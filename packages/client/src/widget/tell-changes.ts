import type { Snapshot } from '@live-visitors/shared';
import type { Connection } from '../core/connection.ts';
import type { OnNews } from '../core/news.ts';

/**
 * Tells of each snapshot once, and of the connection whenever it has changed: in a microtask, so that whoever is told
 * may do or throw anything, and is told nothing before whatever is being done is done.
 */
export function tellChanges(
  onSnapshot: (snapshot: Snapshot) => void,
  onConnection: (connection: Connection) => void,
): OnNews {
  let toldAt = 0;
  let told: string | undefined;

  return ({ connection, last }) => {
    const text = JSON.stringify(connection);
    if (text !== told) {
      told = text;
      queueMicrotask(() => onConnection(connection));
    }
    if (last && last.snapshot.at !== toldAt) {
      toldAt = last.snapshot.at;
      queueMicrotask(() => onSnapshot(last.snapshot));
    }
  };
}
