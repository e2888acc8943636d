import {
  type Guard,
  type History,
  isHistory,
  isPageCounts,
  isSnapshot,
  objectOf,
  optional,
  type PageCounts,
  type Snapshot,
} from '@live-visitors/shared';
import { type Connection, isConnection, isDuration } from './stream/connection.ts';

/** The figures of one tick: the site's, and those of the pages that were asked for. */
export type Figures = { snapshot: Snapshot; pages?: PageCounts | undefined };

/** All that a tab has to know to show the count. Each update is complete: a later one replaces it. */
export type Update = {
  connection: Connection;
  /** The last figures that came, if any, and how long before this update they did, in milliseconds. */
  last?: (Figures & { ageMs: number }) | undefined;
  /** What was online before, if a tab asked for it: an addition to what is known, which most updates lack. */
  past?: History | undefined;
};

/** Open tabs by page, in the order in which the pages were asked for: `null` while a count is not known. */
export type Pages = ReadonlyMap<string, number | null>;

/** The figures, and those of the pages that were asked for. */
export type SnapshotWithPages = Snapshot & {
  /** Open tabs on the first of the pages; `null` while that is not known. Missing if no page was asked for. */
  page?: number | null | undefined;
  pages: Pages;
};

/** Checks what another tab shares. */
export const isUpdate: Guard<Update> = objectOf<Update>({
  connection: isConnection,
  last: optional(objectOf({ snapshot: isSnapshot, pages: optional(isPageCounts), ageMs: isDuration })),
  past: optional(isHistory),
});

/** The same update some time later. */
export function aged({ connection, last }: Update, elapsedMs: number): Update {
  return {
    connection: 'inMs' in connection ? { ...connection, inMs: Math.max(0, connection.inMs - elapsedMs) } : connection,
    last: last && { ...last, ageMs: last.ageMs + elapsedMs },
  };
}

/** Raises the totals of a snapshot to those of the one before, because a server that lost its data may be behind. */
export function withTotals(snapshot: Snapshot, before: Snapshot | undefined): Snapshot {
  if (!before) return snapshot;
  const higher = (name: 'visits' | 'peak' | 'visitorSeconds') => Math.max(snapshot[name], before[name]);
  return { ...snapshot, visits: higher('visits'), peak: higher('peak'), visitorSeconds: higher('visitorSeconds') };
}
