import * as v from 'valibot';

const wholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const timeMs = wholeNumber;
const wholeNumbers = v.array(v.nullable(wholeNumber));

/** What `GET /history` answers: the last 24 hours by the minute, for whoever draws them. */
const dayHistorySchema = v.object({
  /** The most tabs that were online at any tick, ever, and when that was; `null` where the time is not known. */
  peak: v.object({ online: wholeNumber, at: v.nullable(timeMs) }),
  /**
   * One entry for each minute, oldest first, 1,440 at most, and as many in one list as in the other: `null` where no
   * tick was recorded. The last minute may still be running.
   */
  minutes: v.object({
    /** Milliseconds from one entry to the next. */
    everyMs: wholeNumber,
    /** When the last minute began, in milliseconds since 1970. */
    endsAt: timeMs,
    /** The fewest tabs online at any tick of the minute. */
    lowest: wholeNumbers,
    /** Tabs online on average over its ticks, to two decimals. */
    mean: v.array(v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0)))),
    /** The most. */
    highest: wholeNumbers,
    /** Visits that were counted in it. */
    visits: wholeNumbers,
  }),
});

export type DayHistory = v.InferOutput<typeof dayHistorySchema>;

/** Reads the parsed answer of `GET /history`; `undefined` where it is none, or its lists differ in length. */
export function decodeDayHistory(body: unknown): DayHistory | undefined {
  const result = v.safeParse(dayHistorySchema, body);
  if (!result.success) return undefined;
  const { lowest, mean, highest, visits } = result.output.minutes;
  const isEven = [mean, highest, visits].every(({ length }) => length === lowest.length);
  return isEven ? result.output : undefined;
}
