import * as v from 'valibot';
import { figureUpTo, minuteMs, minuteOf, minuteSchema, nonNegativeInteger } from '../history/minutes.ts';

const total = figureUpTo(1e15);

/** The totals and minutes of a store, as they are exported and imported. Times are in milliseconds since 1970. */
const totalsSchema = v.object({
  visits: total,
  visitorSeconds: total,
  peak: total,
  /** When the peak was; 0 if that is not known. */
  peakAt: v.optional(nonNegativeInteger, 0),
  minutes: v.optional(v.array(minuteSchema), []),
});

export type Totals = v.InferOutput<typeof totalsSchema>;

/**
 * Reads totals from the bytes of a JSON file, or says in a sentence why that is not possible.
 *
 * @param now - in milliseconds since 1970
 */
export function parseTotals(
  bytes: Uint8Array,
  now: number,
): { ok: true; totals: Totals } | { ok: false; problem: string } {
  const text = decode(bytes);
  if (text === undefined) return { ok: false, problem: 'It is not UTF-8 text. Save it with that encoding.' };
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), totalsSchema), text);
  if (!result.success) {
    const [issue] = result.issues;
    const where = v.getDotPath(issue);
    return { ok: false, problem: `${where === null ? '' : `"${where}": `}${issue.message}` };
  }
  const problem = findContradiction(result.output, now);
  return problem === undefined ? { ok: true, totals: result.output } : { ok: false, problem };
}

/** Decodes UTF-8, and UTF-16 with a byte order mark, which Windows PowerShell writes. */
function decode(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The first contradiction between figures that are valid by themselves. */
function findContradiction({ peak, peakAt, minutes }: Totals, now: number): string | undefined {
  const remedy = "is in the future. Correct this machine's clock, or";
  if (peakAt > now) return `"peakAt": ${peakAt} ${remedy} write 0, which stands for unknown.`;
  const known = new Set<number>();
  for (const [index, { at, lowest, highest, sum, ticks }] of minutes.entries()) {
    const where = (name: string) => `"minutes.${index}.${name}": `;
    if (minuteOf(at) !== at) return `${where('at')}${at} is not the start of a minute, a multiple of ${minuteMs}.`;
    if (at > now) return `${where('at')}${at} ${remedy} remove the minutes that lie there.`;
    if (known.has(at)) return `${where('at')}${at} is in the file twice. Remove one of the two minutes.`;
    known.add(at);
    if (lowest > highest) return `${where('lowest')}${lowest} is more than "highest", which is ${highest}.`;
    if (sum < lowest * ticks || sum > highest * ticks)
      return `${where('sum')}${sum} gives a mean over ${ticks} ticks outside "lowest" and "highest".`;
    if (highest > peak) return `${where('highest')}${highest} is more than "peak", which is ${peak}.`;
  }
  return undefined;
}
