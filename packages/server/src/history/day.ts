import type { DayHistory } from '@live-visitors/shared';
import type { Day } from '../store/store.ts';
import { dayMinutes, type Minute, minuteMs } from './minutes.ts';

/**
 * Lays out what a store knows of the last 24 hours as lists with an entry for each minute, `null` where it knows none.
 *
 * @returns `undefined` where it knows no minute at all
 */
export function layOutDay({ peak, minutes }: Day): DayHistory | undefined {
  const [first, last] = [minutes[0], minutes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const length = Math.min(dayMinutes, (last.at - first.at) / minuteMs + 1);
  const known = new Map(minutes.map((minute) => [minute.at, minute]));
  const begins = Array.from({ length }, (_, index) => last.at - (length - 1 - index) * minuteMs);
  const list = (figureOf: (minute: Minute) => number | null) =>
    begins.map((at) => {
      const minute = known.get(at);
      return minute === undefined ? null : figureOf(minute);
    });

  return {
    peak: { online: peak.online, at: peak.at === 0 ? null : peak.at },
    minutes: {
      everyMs: minuteMs,
      endsAt: last.at,
      lowest: list(({ lowest }) => lowest),
      mean: list(meanOf),
      highest: list(({ highest }) => highest),
      visits: list(({ visits }) => visits),
    },
  };
}

/** To two decimals. A fleet's minute may begin before the first of its ticks. */
function meanOf({ sum, ticks }: Minute): number | null {
  return ticks === 0 ? null : Math.round((sum / ticks) * 100) / 100;
}
