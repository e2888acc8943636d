import type { Connection } from '../stream/connection.ts';
import type { Pages, SnapshotWithPages, Update } from '../update.ts';

/**
 * Reports each snapshot once for each state of its pages, and the connection when it has changed; a wait that gets
 * shorter is not a change. Reports are microtasks: listeners may do or throw anything without disturbing the code that is
 * running.
 */
export function tellChanges(
  onSnapshot: (snapshot: SnapshotWithPages) => void,
  onConnection: (connection: Connection) => void,
): (update: Update, pages: Pages) => void {
  let toldFigures: string | undefined;
  let told: string | undefined;
  let leftMs = 0;

  return ({ connection, last }, pages) => {
    const { inMs, ...rest } = { inMs: 0, ...connection };
    const text = JSON.stringify(rest);
    if (text !== told || inMs > leftMs) queueMicrotask(() => onConnection(connection));
    told = text;
    leftMs = inMs;
    if (!last) return;
    const figures = JSON.stringify([last.snapshot.at, ...pages]);
    const [page] = pages.values();
    if (figures !== toldFigures) queueMicrotask(() => onSnapshot({ ...last.snapshot, page, pages }));
    toldFigures = figures;
  };
}
