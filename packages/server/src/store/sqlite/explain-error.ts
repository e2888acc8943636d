import { messageOf } from '../../observability/message-of.ts';
import type { FileState } from './file-check.ts';

/** What to tell whoever runs the server about files that somebody else has changed; `undefined` where nobody has. */
export function explainFileState(state: FileState, path: string): string | undefined {
  switch (state.name) {
    case 'intact':
      return undefined;
    case 'missing':
      return `${path} has been deleted or moved away while the server runs. The totals are in memory, and the server creates the file anew within seconds. Stop the server before you restore a backup.`;
    case 'log missing':
      return `${path}-wal was deleted while the server runs, and has been created anew. Nothing is lost. The file belongs to the database: leave it in place.`;
    case 'replaced':
    case 'overwritten':
      return `${path} or its -wal file has been replaced or overwritten while the server runs. What is there now is left as it is, and the totals are kept in memory. To restore a backup: stop the server, put the backup in place again, start the server. To keep these totals instead: move the files away, and the server creates them anew.`;
    case 'unreachable':
      return `${path} is still written to, but could not be opened again: ${messageOf(state.error)}. Let the user of this process read and write the file and its folder before you restart the server.`;
    default:
      return state satisfies never;
  }
}

/** A file that was deleted cannot be created anew. */
export function explainFailedCreation(path: string, error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return `${path} has been deleted or moved away while the server runs, and cannot be created anew: ${messageOf(cause)}. The totals are kept in memory, and the server tries again each second. Do not stop it before that has worked.`;
}
