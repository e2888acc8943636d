import * as v from 'valibot';

/** The body of every error, `application/problem+json` (RFC 9457 §3.1). */
const problemSchema = v.object({
  /** The HTTP status code. */
  status: v.number(),
  /** The kind of problem: always the status code's own phrase, as `type` is left out (RFC 9457 §4.2.1). */
  title: v.string(),
  /** What is wrong with this request, and what to do about it. */
  detail: v.string(),
});

export type Problem = v.InferOutput<typeof problemSchema>;

/** Reads the parsed body of an error; `undefined` where it is no problem of ours. */
export function decodeProblem(body: unknown): Problem | undefined {
  const result = v.safeParse(problemSchema, body);
  return result.success ? result.output : undefined;
}
