import type { Snapshot } from '@live-visitors/shared';
import type { Connection } from '../stream/connection.ts';
import type { OnUpdate } from '../update.ts';

/**
 * Tells of each snapshot once, and of the connection whenever it has changed, of which a wait that grows shorter is no
 * part: in a microtask, so that whoever is told may do or throw anything, and is told nothing before whatever is being
 * done is done.
 */
export function tellChanges(
  onSnapshot: (snapshot: Snapshot) => void,
  onConnection: (connection: Connection) => void,
): OnUpdate {
  let toldAt = 0;
  let told: string | undefined;
  let leftMs = 0;

  return ({ connection, last }) => {
    const { inMs, ...rest } = { inMs: 0, ...connection };
    const text = JSON.stringify(rest);
    if (text !== told || inMs > leftMs) queueMicrotask(() => onConnection(connection));
    told = text;
    leftMs = inMs;
    if (last && last.snapshot.at !== toldAt) {
      toldAt = last.snapshot.at;
      queueMicrotask(() => onSnapshot(last.snapshot));
    }
  };
}
