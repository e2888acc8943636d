import { vi } from 'vitest';

/** Waits until `holds` no longer throws. The deadline is for machines that are busy; nothing here is timed. */
export function eventually<Result>(holds: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(holds, { timeout: 60_000, interval: 50 });
}
