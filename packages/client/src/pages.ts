import type { Snapshot } from '@live-visitors/shared';

/** Open tabs by page, in the order in which the pages were asked for: `null` while a count is not known. */
export type Pages = ReadonlyMap<string, number | null>;

/** The figures, and those of the pages that were asked for. */
export type SnapshotWithPages = Snapshot & {
  /** Open tabs on the first of the pages; `null` while that is not known. Missing if no page was asked for. */
  page?: number | null | undefined;
  pages: Pages;
};
