import { wholeSchema } from '@live-visitors/shared';
import * as v from 'valibot';
import { minuteSchema } from './minutes.ts';

/** All that a ledger holds, as it is moved from one to another. Times are in milliseconds since 1970. */
const totalsSchema = v.object({
  visits: wholeSchema,
  visitorSeconds: wholeSchema,
  peak: wholeSchema,
  /** When so many were online; 0 where it is not known. */
  peakAt: v.optional(wholeSchema, 0),
  minutes: v.optional(v.array(minuteSchema), []),
});

export type Totals = v.InferOutput<typeof totalsSchema>;

/** Reads totals from JSON; a sentence that says what is wrong where they cannot be. */
export function parseTotals(text: string): { ok: true; totals: Totals } | { ok: false; problem: string } {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), totalsSchema), text);
  if (result.success) return { ok: true, totals: result.output };
  const [issue] = result.issues;
  const where = v.getDotPath(issue);
  return { ok: false, problem: `${where === null ? '' : `"${where}": `}${issue.message}` };
}
