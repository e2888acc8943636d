import type { DayHistory } from '@live-visitors/shared';
import type { Day } from '../store/store.ts';
import { dayMinutes, type Minute, minuteMs } from './minutes.ts';

/**
 * Lays out the last 24 hours as lists with an entry for each minute, `null` where nothing was recorded.
 *
 * @returns `undefined` if no minute is known
 */
export function layOutDay({ peak, minutes }: Day): DayHistory | undefined {
  const [first, last] = [minutes[0], minutes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const length = Math.min(dayMinutes, (last.at - first.at) / minuteMs + 1);
  const known = new Map(minutes.map((minute) => [minute.at, minute]));
  const slots = Array.from({ length }, (_, index) => known.get(last.at - (length - 1 - index) * minuteMs));
  const series = (figureOf: (minute: Minute) => number | null) =>
    slots.map((minute) => (minute ? figureOf(minute) : null));

  return {
    peak: { online: peak.online, at: peak.at === 0 ? null : peak.at },
    minutes: {
      everyMs: minuteMs,
      endsAt: last.at,
      lowest: series(({ lowest }) => lowest),
      mean: series(meanOf),
      highest: series(({ highest }) => highest),
      visits: series(({ visits }) => visits),
    },
  };
}

/** To two decimals. In a fleet, a minute may begin before the first of its ticks. */
function meanOf({ sum, ticks }: Minute): number | null {
  return ticks === 0 ? null : Math.round((sum / ticks) * 100) / 100;
}
