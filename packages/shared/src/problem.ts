import * as v from 'valibot';

/** The body of every error, `application/problem+json` (RFC 9457 §3.1). */
export type Problem = {
  /** The HTTP status code. */
  status: number;
  /** The kind of problem: always the status code's own phrase, as `type` is left out (RFC 9457 §4.2.1). */
  title: string;
  /** What is wrong with this request, and what to do about it. */
  detail: string;
};

const problemSchema = v.object({ status: v.number(), title: v.string(), detail: v.string() });

/** Reads the parsed body of an error; `undefined` where it is no problem of ours. */
export function decodeProblem(body: unknown): Problem | undefined {
  const result = v.safeParse(problemSchema, body);
  return result.success ? result.output : undefined;
}
