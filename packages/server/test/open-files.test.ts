import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openFilesLimit } from '../src/config/open-files.ts';
import { runProgram } from './helpers/program.ts';
import { eventually, openSocket, openStream } from './helpers/support.ts';

test.each([true, false])('what a report of the process leaves out is left as it was: excludeNetwork is %j', (value) => {
  Object.assign(process.report, { excludeNetwork: value });
  expect(openFilesLimit()).toBeGreaterThan(0);
  expect(process.report).toHaveProperty('excludeNetwork', value);
});

function whyNot(): string | undefined {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'it takes prlimit';
  }
}

const missing = whyNot();

describe.skipIf(missing)(`a process that may open no more files${missing ? ` (${missing})` : ''}`, () => {
  test('goes on with the streams that it has, says so, and takes others as soon as it may', async () => {
    const { child, url: started, output } = runProgram({ PORT: '0' });
    const url = await started();
    const stream = await openStream(`${url}/stream`);
    await stream.first('visitors');
    const limit = (soft: number) => execFileSync('prlimit', ['--pid', String(child.pid), `--nofile=${soft}:`]);

    // Some numbers below may be free, and let a few connections in.
    limit((await readdir(`/proc/${child.pid}/fd`)).length);
    const clients = Array.from({ length: 20 }, () =>
      openSocket(Number(new URL(url).port), 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'),
    );
    const ticks = stream.of('visitors').length;
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(ticks + 2));
    await eventually(() =>
      expect(clients.filter(({ received, closed }) => closed() && received() === '').length).toBeGreaterThan(5),
    );

    limit(1000);
    await eventually(async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toMatch(/live_visitors_refusals_total\{reason="open_files"\} [1-9]/);
    });
    await eventually(() => expect(output()).toMatch(/"refused":\{[^}]*"open_files":/));
    expect(output()).toContain('ulimit -n');
    await (await openStream(`${url}/stream`)).first('visitors');
  });
});
