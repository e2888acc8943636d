// Loaded into each contestant's process before its own code: reads what only the process itself can tell.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';

export type Counts = {
  userUs: number;
  systemUs: number;
  rssBytes: number;
  heapBytes: number;
  /** V8's space for new objects. */
  newSpaceBytes: number;
  resources: number;
  maxStallMs: number;
};

const resolutionMs = 5;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });

process.on('message', (message) => {
  // Costs too much to run while the rest is measured.
  if (message === 'watch stalls') delay.enable();
  if (message === 'collect') globalThis.gc?.();
  else if (message !== 'read') return;
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({
    userUs: user,
    systemUs: system,
    rssBytes: rss,
    heapBytes: heapUsed,
    newSpaceBytes: getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0,
    resources: process.getActiveResourcesInfo().length,
    maxStallMs: Math.max(0, delay.max / 1e6 - resolutionMs),
  } satisfies Counts);
});
// Nobody is left to measure for.
process.on('disconnect', () => process.exit());
// The channel must not keep a process alive that would end otherwise.
process.channel?.unref();
