import { describe, expect, onTestFinished, test } from 'vitest';
import { startContestant } from '../bench/contestant.ts';
import { snapshotNow } from '../bench/contestants/payload.ts';
import { contestants, liveVisitors } from '../bench/contestants.ts';
import { findFreePort } from './helpers/free-port.ts';
import { eventually, openSocket } from './helpers/support.ts';

describe('the contestants of the benchmark', () => {
  test.each(contestants.filter((contestant) => contestant !== liveVisitors))(
    'all send the same: $name',
    async (contestant) => {
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
    },
  );
});
