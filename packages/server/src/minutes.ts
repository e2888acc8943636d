/** What happened in one minute. */
export type Minute = {
  /** When it began, in milliseconds since 1970. */
  at: number;
  /** Fewest and most tabs online at any tick of it. */
  lowest: number;
  highest: number;
  /** The sum of `online` over its ticks, and how many there were: the mean is the one by the other. */
  sum: number;
  ticks: number;
  /** Visits that were counted in it. */
  visits: number;
};

const minuteMs = 60_000;

/** How many minutes are kept: 30 days of them. */
export const maxMinutes = 30 * 24 * 60;

/** Adds up ticks by the minute, until they are taken. Holds no more than is kept. */
export function createMinutes() {
  const minutes = new Map<number, Minute>();

  return {
    /** @param visits - how many were counted since the last tick */
    add(tickAt: number, online: number, visits: number): void {
      const at = tickAt - (tickAt % minuteMs);
      const { lowest, highest, sum, ticks, visits: before } = minutes.get(at) ?? none;
      minutes.set(at, {
        at,
        lowest: Math.min(lowest, online),
        highest: Math.max(highest, online),
        sum: sum + online,
        ticks: ticks + 1,
        visits: before + visits,
      });
      for (const oldest of minutes.keys()) {
        if (minutes.size <= maxMinutes) break;
        minutes.delete(oldest);
      }
    },

    all: (): Iterable<Minute> => minutes.values(),
    clear: () => minutes.clear(),
  };
}

const none = { lowest: Number.POSITIVE_INFINITY, highest: 0, sum: 0, ticks: 0, visits: 0 };
