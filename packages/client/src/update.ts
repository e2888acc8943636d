import type { History, Snapshot } from '@live-visitors/shared';
import type { Connection } from './stream/connection.ts';

/** Where it is not said how old a number is, one that is older is not shown. */
export const shownForMs = 10_000;

/** All that a tab has to know to show the count. Each piece of update is whole: a later one replaces it. */
export type Update = {
  connection: Connection;
  /** The last snapshot that came, if any, and how long before this update it did, in milliseconds. */
  last?: { snapshot: Snapshot; ageMs: number } | undefined;
  /** What was online before, where a tab asked for it: an addition to what is known, and not in every piece of update. */
  past?: History | undefined;
};

export type OnUpdate = (update: Update) => void;
