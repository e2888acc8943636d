import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** The size to which V8's space for new objects is limited: two halves, of which one is in use. */
const spaceBytes = 4 * 2 ** 20;

/** How many objects at most it takes to make the space grow. V8 takes a tenth of them. */
const maxObjects = 200_000;

/**
 * Limits V8's space for new objects. Under load, V8 enlarges it up to 64 MiB, and hardly shrinks it again: 3,000 renewing
 * streams took a growing 175 to 281 MiB, but a steady 138 MiB with a small space, at the same CPU. At its first size,
 * opening a stream costs 15 µs more. No documented flag has an effect at run time; this one has none on the command line.
 */
export function limitYoungGeneration(): void {
  // Objects that stay in use make the space grow.
  const objects: object[] = [];
  while (newSpaceBytes() < spaceBytes && objects.length < maxObjects) for (let i = 0; i < 1000; i++) objects.push([i]);
  setFlagsFromString('--semi-space-growth-factor=1');
}

function newSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? spaceBytes;
}
