import { describe, expect, onTestFinished, test } from 'vitest';
import { startContestant } from '../bench/contestant.ts';
import { snapshotNow } from '../bench/contestants/payload.ts';
import { contestants, installed, liveVisitors } from '../bench/contestants.ts';
import { findFault, type Result, type Run, whyNotDocumented } from '../bench/report.ts';
import { findFreePort } from './helpers/free-port.ts';
import { eventually, openSocket } from './helpers/support.ts';

/** This server's figures are true ones. */
const others = installed.filter(({ file }) => file !== liveVisitors.file);

describe('the contestants of the benchmark', () => {
  test.each(others)('all send the same: $name', async (contestant) => {
    const port = await findFreePort();
    const { kill } = await startContestant(contestant, port);
    onTestFinished(kill);
    const { received } = openSocket(port, 'GET /stream HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n');
    const [, json = ''] = await eventually(() => {
      const data = /^data: ?(\{.*\})$/m.exec(received());
      if (!data) throw new Error(`It has sent no event: ${received()}`);
      return data;
    });
    expect(JSON.parse(json)).toEqual({ ...snapshotNow(), at: expect.any(Number) });
  });
});

describe('a run of the benchmark', () => {
  const result: Result = {
    userUs: 1,
    systemUs: 9,
    kibPerStream: 15,
    bytesPerEvent: 146,
    deliveredShare: 1,
    p50: 60,
    p99: 130,
    max: 140,
    lastMs: 120,
    maxStallMs: 16,
    backMs: 1100,
    refused: 0,
    listeningMs: 250,
    restMib: 80,
    newSpaceMib: 4,
  };
  const whole: Run = {
    results: new Map(contestants.map(({ name }) => [name, [result, result, result]])),
    streams: 10_000,
    seconds: 15,
    rounds: 3,
  };

  test('is for the documents where it is whole', () => {
    expect(whyNotDocumented(whole)).toBeUndefined();
  });

  test("fails where V8's space for new objects has grown in this server", () => {
    expect(findFault(whole)).toBeUndefined();
    const grown = new Map([...whole.results, [liveVisitors.name, [result, { ...result, newSpaceMib: 8 }]]]);
    expect(findFault({ results: grown })).toContain('is 8 MiB, not 4 or less');
  });

  test.each([
    ['without nchan', { results: new Map([...whole.results, ['nchan (nginx module)', []]]) }, 'nchan'],
    ['of fewer streams', { streams: 1000 }, 'it had 1000 streams'],
    ['of more streams', { streams: 18_900 }, 'it had 18900 streams'],
    ['of a few seconds', { seconds: 2 }, 'rounds were of 2 s'],
    ['of one round', { rounds: 1 }, 'fewer than 2 rounds'],
  ])('%s is not, and says why', (_, part, why) => {
    expect(whyNotDocumented({ ...whole, ...part })).toContain(why);
  });
});
