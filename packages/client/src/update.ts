import { type History, readEvent, type Snapshot } from '@live-visitors/shared';
import type { Connection } from './stream/connection.ts';

/** Where its age is not shown, an older number is hidden. */
export const shownForMs = 10_000;

/** The same while updates are delayed: the next one takes 15 s. */
export const delayedShownForMs = 20_000;

/** All that a tab has to know to show the count. Each piece of update is whole: a later one replaces it. */
export type Update = {
  connection: Connection;
  /** The last snapshot that came, if any, and how long before this update it did, in milliseconds. */
  last?: { snapshot: Snapshot; ageMs: number } | undefined;
  /** What was online before, where a tab asked for it: an addition to what is known, and not in every piece of update. */
  past?: History | undefined;
};

export type OnUpdate = (update: Update) => void;

/** Checks what another tab shares. */
export function isUpdate(value: unknown): value is Update {
  const { connection, last, past } = Object(value);
  return (
    typeof connection?.state === 'string' &&
    (last === undefined || (Number.isFinite(last.ageMs) && isPayload('visitors', last.snapshot))) &&
    // A welcome is where a history comes from.
    isPayload('welcome', { tabs: 0, history: past })
  );
}

/** What came over a channel was no text, unlike what comes over a stream. */
function isPayload(name: 'visitors' | 'welcome', value: unknown): boolean {
  return readEvent(name, JSON.stringify(value)) !== undefined;
}

/** The same update some time later. */
export function aged({ connection, last }: Update, elapsedMs: number): Update {
  return {
    connection: 'inMs' in connection ? { ...connection, inMs: Math.max(0, connection.inMs - elapsedMs) } : connection,
    last: last && { ...last, ageMs: last.ageMs + elapsedMs },
  };
}

/** A snapshot whose totals are no lower than those of the one before: a server that lost its data may be behind. */
export function withTotals(snapshot: Snapshot, before: Snapshot | undefined): Snapshot {
  if (!before) return snapshot;
  const higher = (name: 'visits' | 'peak' | 'visitorSeconds') => Math.max(snapshot[name], before[name]);
  return { ...snapshot, visits: higher('visits'), peak: higher('peak'), visitorSeconds: higher('visitorSeconds') };
}
