import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { baseEnv } from '../src/base-env.ts';
import { eventually } from '../src/eventually.ts';
import { makeDataDir, root, run } from '../src/program.ts';

/** Copies what a fresh clone has. */
function makeClone(): string {
  const made = ['node_modules', '.git', 'dist', 'data', 'coverage'];
  const clone = join(makeDataDir(), 'clone');
  cpSync(root, clone, { recursive: true, filter: (path) => path === root || !made.includes(basename(path)) });
  return clone;
}

/** Runs a command to its end, as someone types it. */
function runCommand(command: string, cwd: string) {
  const [program = '', ...args] = command.split(' ');
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env: baseEnv, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function expectAdvice(command: string, clone: string) {
  const { status, output } = runCommand(command, clone);
  expect(output).toContain('type: npx -y pnpm@12 dev');
  expect(status).toBe(1);
}

function expectAdviceOnly(command: string) {
  const clone = makeClone();
  const before = readdirSync(clone);
  expectAdvice(command, clone);
  expect(readdirSync(clone)).toEqual(before);
}

describe('in a fresh clone', () => {
  test.each(['npm run dev', 'npm run build', 'npm test'])('%s says what to type, and writes nothing', expectAdviceOnly);
});

test('pnpm checks packages for the version of Node.js that runs the scripts', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')).toContain(`nodeVersion: ${devDependencies.node}\n`);
});

const registry = runCommand('npm view pnpm@12 version --fetch-retries=0 --fetch-timeout=5000', root);
const missing = registry.status === 0 ? undefined : 'the npm registry cannot be reached';
describe.skipIf(missing)(`in a fresh clone, with other package managers${missing ? ` (${missing})` : ''}`, () => {
  test.each(['npx -y yarn@1 install', 'npx -y @yarnpkg/cli-dist@4 install', 'npx -y pnpm@10.5 dev'])(
    '%s says what to type, and writes nothing',
    expectAdviceOnly,
  );

  /** Runs `pnpm dev` of a version until the server listens and the page is served. */
  async function expectDev(version: string, clone: string) {
    const env = Object.entries({ ...baseEnv, PORT: '0' }).map((entry) => entry.join('='));
    const dev = run('env', ['-i', ...env, 'npx', '-y', `pnpm@${version}`, 'dev'], {}, clone);
    onTestFinished(dev.kill);
    // First, it installs.
    await eventually(() => expect(existsSync(join(clone, 'node_modules/.bin/node')), dev.output()).toBe(true));
    await dev.printed(/("msg":"listening")/);
    await dev.printed(/(Local:)/);
    expect(dev.output()).not.toContain('not recognized');
  }

  test('pnpm@10.6 dev installs and runs everything', () => expectDev('10.6', makeClone()));

  test('bun install says what to type, and pnpm@12 dev then works', async () => {
    const clone = makeClone();
    const before = readdirSync(clone);
    expectAdvice('npx -y bun@1 install', clone);
    expect(readdirSync(clone).filter((name) => name !== 'node_modules')).toEqual(before);
    await expectDev('12', clone);
  });
});
