import { tickMs } from '@live-visitors/shared';

/** A snapshot that came. Times are in milliseconds. */
export type Arrival = {
  /** By a clock that is never set back. */
  receivedAt: number;
  /** When it was counted, by the server's clock. */
  at: number;
  /** Whether this tab was visible then: a hidden one is frozen at times, and later hears all that it missed at once. */
  visible: boolean;
};

export type Diagnosis = {
  /** To be called for each snapshot that comes. The same one again tells nothing. */
  hear(arrival: Arrival): void;
  /** Whether something on the way holds events back and lets them go in bursts. */
  isBuffered(): boolean;
  /** Forgets all, as for another network. */
  reset(): void;
};

/**
 * Snapshots that come so close on each other came together. Less than 200 ms: two that are sent a second apart, each of
 * them up to 800 ms late, come no closer than that. Not much less: a busy page takes a while to read a burst.
 */
const togetherMs = 150;

/**
 * So many snapshots together are a burst. Two are none, as the first of a stream may come right before a tick, and a
 * radio that wakes up may bring a pair. Nor do two come evenly: a buffer of 2.5 s brings three and two in turn.
 */
const burstTicks = 3;

/**
 * So many bursts, with no snapshot on its own between them, are a buffer. One is a sleep, a thaw or a stall, and the next
 * one may be bad luck, but after those snapshots come evenly again.
 */
export const burstsOfBuffer = 3;

/** After so many snapshots in a row, each on its own, nothing is held back any more. Two or three may slip through by chance. */
export const evenTicksOfCure = 5;

/** Snapshots that came together. */
type Group = { size: number; at: number; receivedAt: number; wasHidden: boolean; tells: boolean };

/**
 * Finds out whether something on the way buffers a stream: its snapshots are counted a second apart, yet several come
 * together, again and again.
 *
 * A buffer is found with its third burst: after 9 s where it is emptied every 3 s, after 72 s where it holds 4 KiB. One
 * that is emptied every 2 s or more often is not found.
 */
export function createDiagnosis(): Diagnosis {
  let group: Group | undefined;
  let bursts = 0;
  let evenTicks = 0;
  let buffered = false;

  function join(joined: Group, { at, receivedAt, visible }: Arrival): void {
    const wasHidden = joined.wasHidden || !visible;
    group = { size: joined.size + 1, at, receivedAt, wasHidden, tells: joined.tells && !wasHidden };
    if (group.tells && group.size === burstTicks) hearBurst();
  }

  /** What comes first after a time in the background may have waited here, not on the way. */
  function follow(before: Group | undefined, { at, receivedAt, visible }: Arrival): void {
    group = { size: 1, at, receivedAt, wasHidden: !visible, tells: visible && !before?.wasHidden };
    if (before?.tells && before.size === 1) hearEvenTick();
  }

  function hearBurst(): void {
    bursts++;
    evenTicks = 0;
    buffered ||= bursts >= burstsOfBuffer;
  }

  function hearEvenTick(): void {
    evenTicks++;
    bursts = 0;
    buffered &&= evenTicks < evenTicksOfCure;
  }

  return {
    hear(arrival) {
      const sinceLast = group && arrival.at - group.at;
      const isLater = sinceLast === undefined || sinceLast < 0 || sinceLast >= tickMs / 2;
      // Said again, or counted in between for a stream that has just been opened.
      if (!isLater) return;
      // A clock that was set back, or another server's, says nothing of how far apart the two were counted.
      const isTogether = group && arrival.at > group.at && arrival.receivedAt - group.receivedAt <= togetherMs;
      if (group && isTogether) join(group, arrival);
      else follow(group, arrival);
    },
    isBuffered: () => buffered,
    reset() {
      group = undefined;
      bursts = 0;
      evenTicks = 0;
      buffered = false;
    },
  };
}
