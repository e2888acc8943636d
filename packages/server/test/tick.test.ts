import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nextTickAt } from '../src/stream/ticker.ts';
import { runProgram } from './helpers/program.ts';
import { eventually, openStream } from './helpers/support.ts';

describe('the next tick', () => {
  test('falls on the next whole second', () => {
    expect(nextTickAt(5_000)).toBe(6_000);
    expect(nextTickAt(5_002)).toBe(6_000);
    expect(nextTickAt(5_700)).toBe(6_000);
  });

  test('is not the second that a timer has just met a touch early', () => {
    expect(nextTickAt(5_999, 6_000)).toBe(7_000);
  });

  test('is the very next second, however late the last one was done', () => {
    expect(nextTickAt(6_990, 6_000)).toBe(7_000);
  });
});

test.skipIf(process.platform !== 'linux')('the process wakes for ticks, and hardly ever in between', async () => {
  const { child, url: started } = runProgram({ PORT: '0' });
  const stream = await openStream(`${await started()}/stream`);
  const count = () => ({
    ticks: stream.of('visitors').length,
    wakes: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]),
  });
  await eventually(() => expect(count().ticks).toBeGreaterThan(2));
  const before = count();
  await eventually(() => expect(count().ticks).toBeGreaterThan(before.ticks + 9), 30_000);
  const after = count();
  expect(after.wakes - before.wakes).toBeLessThan(3 * (after.ticks - before.ticks));
});
