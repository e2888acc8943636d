import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** The size to which V8's space for new objects is limited: two halves, of which one is in use. */
const newSpaceBytes = 4 * 2 ** 20;

/** How many objects at most it takes to make the space grow. V8 takes a tenth of them. */
const maxObjects = 200_000;

/** When the streams of the process before this one are all back. */
const restartMs = 60_000;

/**
 * Keeps V8's heap small while streams come and go.
 *
 * Under load, V8 enlarges the space for new objects up to 64 MiB, and hardly shrinks it again: 3,000 renewing streams took
 * a growing 175 to 281 MiB, but a steady 138 MiB with a small space. At its first size, though, opening a stream costs
 * 15 µs more, so it grows once. The documented flags for this have no effect at run time.
 *
 * Older objects are collected when there are 1.5 times as many as were in use, instead of up to 4 times: 50 MiB less where
 * 300 streams are opened and closed each second. As opening a stream costs 12 µs more then, it begins after the restart.
 */
export function limitHeap(): void {
  // Objects that stay in use make the space grow.
  const objects: object[] = [];
  while (readNewSpaceBytes() < newSpaceBytes && objects.length < maxObjects)
    for (let i = 0; i < 1000; i++) objects.push([i]);
  setFlagsFromString('--semi-space-growth-factor=1');
  setTimeout(() => setFlagsFromString('--heap-growing-percent=50'), restartMs).unref();
}

function readNewSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? newSpaceBytes;
}
