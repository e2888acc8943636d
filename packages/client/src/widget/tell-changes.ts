import type { Snapshot } from '@live-visitors/shared';
import type { Connection } from '../stream/connection.ts';
import type { OnUpdate } from '../update.ts';

/**
 * Reports each snapshot once, and the connection when it has changed; a wait that gets shorter is not a change. Reports
 * are microtasks: listeners may do or throw anything without disturbing the code that is running.
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
