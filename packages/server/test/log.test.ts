import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findFreePort } from './helpers/free-port.ts';
import { runProgram, startMs } from './helpers/program.ts';
import { eventually, makeFolder, openStream } from './helpers/support.ts';

/** An address of so many characters, which is in the line about its request: with short ones it would take thousands. */
const from = (length: number) => ({ 'X-Forwarded-For': 'x'.repeat(length) });

/** Runs the program with its log elsewhere than in the test, until it answers. */
async function runLogging({
  stdout = 'pipe',
  stderr = 'pipe',
  env = {},
  through = [],
}: {
  stdout?: number | 'pipe';
  stderr?: number | 'pipe';
  env?: Record<string, string>;
  through?: string[];
}) {
  const port = String(await findFreePort());
  const program = runProgram({ PORT: port, ...env }, { stdio: ['ignore', stdout, stderr], through });
  const url = `http://127.0.0.1:${port}`;
  // As long as for the address of a program that says it.
  await eventually(() => fetch(`${url}/healthz`), startMs);
  const dropped = async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^live_visitors_log_lines_dropped_total (\d+)$/m.exec(text)?.[1]);
  };
  /** At the level "debug", each of these is a line. */
  const refuse = (count: number, headers: Record<string, string> = {}) => {
    const one = () => fetch(`${url}/stream?tabs=65`, { headers }).then((answer) => answer.text());
    return Promise.all(Array.from({ length: count }, one));
  };
  /** @returns how many that took */
  const refuseUntilDropped = async () => {
    let refused = 0;
    for (; (await dropped()) === 0; refused += 20) {
      expect(refused).toBeLessThan(1000);
      await refuse(20, from(8000));
    }
    expect(refused).toBeGreaterThan(0);
    return refused;
  };
  return { ...program, url, dropped, refuse, refuseUntilDropped };
}

/** Opens a file as a shell does for `>>`, until the test has finished. */
function openForAppending(path: string, flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT): number {
  const fd = openSync(path, flags);
  onTestFinished(() => closeSync(fd));
  return fd;
}

async function expectToCountAndStop({ url, child, exited }: Awaited<ReturnType<typeof runLogging>>) {
  const stream = await openStream(`${url}/stream`);
  await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(2));
  child.kill('SIGTERM');
  await stream.first('farewell');
  expect(await exited).toBe(0);
}

/** The lines that are whole, and what is not. */
function readLog(text: string) {
  const lines = text.split('\n').filter((line) => line !== '');
  const whole = lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line));
  const count = (msg: string) => whole.filter((line) => line.msg === msg).length;
  return {
    count,
    /** How many refusals the lines about bursts tell of: one for each ten seconds. */
    inBursts: whole.reduce((sum, { refused }) => sum + (refused?.query ?? 0), 0),
    cutOff: lines.length - whole.length,
    lost: whole.reduce((sum, { msg, lines }) => (msg === 'lines of the log were lost' ? sum + lines : sum), 0),
    last: whole.at(-1)?.msg,
  };
}

const onLinux = describe.skipIf(process.platform !== 'linux');

onLinux('a log that cannot be written', () => {
  test('holds nothing up where the disk is full, and is counted', async () => {
    const full = openForAppending('/dev/full', constants.O_WRONLY);
    const program = await runLogging({ stdout: full, stderr: full });
    await eventually(async () => expect(await program.dropped()).toBe(1));
    await expectToCountAndStop(program);
  });

  test('holds nothing up where its reader has gone, and tells the next one what was lost', async () => {
    const path = join(makeFolder(), 'log');
    execFileSync('mkfifo', [path]);
    const openReader = () => {
      const reader = new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) });
      let text = '';
      reader.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      onTestFinished(() => void reader.destroy());
      return { reader, text: () => text };
    };
    const first = openReader();
    const stdout = openForAppending(path, constants.O_WRONLY);
    const program = await runLogging({ stdout, env: { LOG_LEVEL: 'debug' } });
    await eventually(() => expect(first.text()).toContain('listening'));
    first.reader.destroy();
    await program.refuse(20);
    await eventually(async () => expect(await program.dropped()).toBe(20));

    const second = openReader();
    await eventually(() => expect(readLog(second.text()).lost).toBe(20));
    await program.refuse(1);
    await expectToCountAndStop(program);
    await eventually(() => expect(readLog(second.text()).last).toBe('stopped'));
    expect(readLog(second.text()).count('request refused')).toBe(1);
  });

  test('keeps a bounded part of it for a reader that is slow, and tells of the rest', async () => {
    const { child, refuseUntilDropped, dropped, output } = await runLogging({ env: { LOG_LEVEL: 'debug' } });
    await eventually(() => expect(output()).toContain('listening'));
    child.stdout?.pause();
    const refused = await refuseUntilDropped();
    child.stdout?.resume();
    await eventually(async () => expect(readLog(output()).lost).toBe(await dropped()));
    child.kill('SIGTERM');
    await eventually(() => expect(readLog(output()).last).toBe('stopped'));
    const { count, lost, inBursts } = readLog(output());
    // A slow machine takes so long that a line about a burst is among the lost ones.
    const lostBursts = count('request refused') + lost - refused;
    expect(lostBursts).toBeGreaterThanOrEqual(0);
    expect(lostBursts > 0).toBe(inBursts < refused);
  });

  test('does not keep the program from stopping where nobody reads it', async () => {
    const program = await runLogging({ env: { LOG_LEVEL: 'debug' } });
    program.child.stdout?.pause();
    await program.refuseUntilDropped();
    await expectToCountAndStop(program);
  });

  test('holds nothing up on a terminal that is paused', async () => {
    // What writes the terminal's text to a pipe stops when that is full. Then nobody reads the terminal.
    const through = ['sh', '-c', 'exec script -qec "$*" /dev/null', 'sh'];
    const program = await runLogging({ through, env: { LOG_LEVEL: 'debug' } });
    program.child.stdout?.pause();
    await program.refuseUntilDropped();
    const stream = await openStream(`${program.url}/stream`);
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(2));
    // A terminal that goes sends SIGHUP to what runs on it.
    program.child.kill('SIGKILL');
    await stream.first('farewell');
  });

  test('leaves no line glued to one that was cut off', async () => {
    const path = join(makeFolder(), 'log');
    const { child, refuse, dropped } = await runLogging({
      stdout: openForAppending(path),
      env: { LOG_LEVEL: 'debug', REDIS_URL: `redis://127.0.0.1:${await findFreePort()}` },
    });
    await eventually(() => expect(readFileSync(path, 'utf8')).toContain('listening'));
    const limitFiles = (bytes: number | 'unlimited') =>
      execFileSync('prlimit', [`--pid=${child.pid}`, `--fsize=${bytes}:unlimited`]);
    limitFiles(statSync(path).size + 50);
    await refuse(20);
    expect(await dropped()).toBe(20);
    limitFiles('unlimited');
    await eventually(() => expect(readLog(readFileSync(path, 'utf8')).lost).toBe(20));
    await refuse(5);
    expect(readLog(readFileSync(path, 'utf8'))).toMatchObject({ cutOff: 1, last: 'request refused' });
  });
});

onLinux('a warning of Node’s', () => {
  const warnsAllTheTime = "setInterval(() => process.emitWarning('something is old'), 10).unref()";
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(warnsAllTheTime)}` };

  test('does not end the program where standard error cannot be written', async () => {
    await expectToCountAndStop(await runLogging({ stderr: openForAppending('/dev/full', constants.O_WRONLY), env }));
  });

  test('does not end the program where nobody reads standard error any more', async () => {
    const program = await runLogging({ env });
    program.child.stderr?.destroy();
    await expectToCountAndStop(program);
  });
});

test('has its last line before the program ends, in a file and for a reader that is slow', async () => {
  const path = join(makeFolder(), 'log');
  await expectToCountAndStop(await runLogging({ stdout: openForAppending(path) }));
  expect(readLog(readFileSync(path, 'utf8')).last).toBe('stopped');

  const { child, exited, refuse, output } = await runLogging({ env: { LOG_LEVEL: 'debug' } });
  await eventually(() => expect(output()).toContain('listening'));
  child.stdout?.pause();
  for (let batch = 0; batch < 25; batch++) await refuse(20, from(1000));
  child.kill('SIGTERM');
  child.stdout?.resume();
  expect(await exited).toBe(0);
  await eventually(() => expect(readLog(output()).last).toBe('stopped'));
  expect(readLog(output()).count('request refused')).toBe(500);
});
