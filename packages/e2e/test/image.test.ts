import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { baseEnv } from '../src/base-env.ts';
import { copyContext } from '../src/docker-context.ts';
import { pathIn, replayDockerfile, type Stage } from '../src/dockerfile.ts';
import { eventually } from '../src/eventually.ts';
import { root } from '../src/program.ts';

describe('the Dockerfile, followed step by step without containers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'live-visitors-image-'));
  const context = join(folder, 'context');
  let image: Stage;

  beforeAll(async () => {
    mkdirSync(context);
    copyContext(root, context);
    image = await replayDockerfile(join(root, 'Dockerfile'), context, folder, baseEnv);
    // It installs and builds everything.
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  /** The environment of what runs in a container of the image, with its volumes where they are here. */
  function environment(port: string): NodeJS.ProcessEnv {
    const set = Object.entries(image.env).map(([name, value]) => [
      name,
      image.volumes.includes(value) ? pathIn(image, value) : value,
    ]);
    return { ...baseEnv, HOST: '127.0.0.1', ...Object.fromEntries(set), PORT: port };
  }

  const isHealthy = async (port: string) => {
    const [program = '', ...args] = image.healthcheck;
    return promisify(execFile)(program, args, { env: environment(port) }).then(
      () => true,
      () => false,
    );
  };

  test('is sent sources only: nothing installed or built, no tests, no secrets', () => {
    expect(readdirSync(context).toSorted()).toEqual([
      'package.json',
      'packages',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      'tsconfig.base.json',
      'use-pnpm.js',
    ]);
    expect(globSync('packages/*', { cwd: context }).toSorted()).toEqual(
      ['client', 'live-visitors', 'server', 'shared'].map((name) => join('packages', name)),
    );
    expect(globSync('**/{node_modules,dist,data,test,bench,.env}', { cwd: context })).toEqual([]);
  });

  test('makes an image that is small, and has the versions of the lockfile', () => {
    const files = globSync('**', { cwd: image.root, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.reduce((sum, { parentPath, name }) => sum + lstatSync(join(parentPath, name)).size, 0);
    expect(bytes).toBeLessThan(30e6);

    const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
    const packages = readdirSync(pathIn(image, '/app/node_modules/.pnpm'))
      .filter((name) => /@\d/.test(name))
      .map((name) => name.replace(/_.*/, '').replace('+', '/'));
    expect(packages.length).toBeGreaterThan(20);
    expect(
      packages.filter((name) => !lockfile.includes(`\n  ${name}:`) && !lockfile.includes(`\n  '${name}':`)),
    ).toEqual([]);
    expect(packages.filter((name) => /^(vite|vitest|typescript|node|fast-check)@/.test(name))).toEqual([]);
  });

  test('makes an image that serves the page, is found healthy, keeps its totals in its volume, and stops', async () => {
    expect(image).toMatchObject({ user: 'node', ports: ['3000'], stopSignal: 'SIGTERM', volumes: ['/data'] });
    const [program = '', ...args] = image.command;
    const child = spawn(program, args, { cwd: pathIn(image, image.workdir), env: environment('0') });
    const exited = once(child, 'exit');
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    const port = await eventually(() => {
      const port = /"url":"http:\/\/localhost:(\d+)"/.exec(output)?.[1];
      if (port === undefined) throw new Error(`It does not listen. It printed:\n${output}`);
      return port;
    });
    expect(await isHealthy(port)).toBe(true);

    const url = `http://127.0.0.1:${port}`;
    expect(await (await fetch(url)).text()).toContain('data-figure="online"');
    for (const path of ['/widget.js', '/subscribe.js', '/readyz']) expect((await fetch(url + path)).status).toBe(200);
    const brotli = await fetch(`${url}/widget.js`, { headers: { 'Accept-Encoding': 'br' } });
    expect(brotli.headers.get('Content-Encoding')).toBe('br');
    expect(existsSync(join(pathIn(image, '/data'), 'live-visitors.db'))).toBe(true);

    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await isHealthy(port)).toBe(false);
  });
});
