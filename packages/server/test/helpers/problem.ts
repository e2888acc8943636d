import { expect } from 'vitest';
import type { Problem } from '../../src/http/problem.ts';

/** Reads the parsed body of an error, and fails the test if it is not a problem as documented. */
export function readProblem(body: unknown): Problem {
  expect(body).toEqual({ status: expect.any(Number), title: expect.any(String), detail: expect.any(String) });
  return body as Problem;
}
