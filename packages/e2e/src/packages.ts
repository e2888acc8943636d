import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { baseEnv } from './base-env.ts';
import { makeDataDir, root } from './program.ts';

/** Runs a command to its end, as someone types it. Returns what it has printed, or throws it if the command fails. */
export function runIn(folder: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env: baseEnv, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** Packs a package of this repository, as for publishing. Returns the tarball's path. */
export function pack(name: string): string {
  const folder = makeDataDir();
  runIn(root, 'npx', '-y', 'pnpm@12', '--filter', name, 'pack', '--pack-destination', folder);
  return join(folder, readdirSync(folder)[0] ?? 'missing');
}

/** Installs packages with plain npm in an empty folder. Returns the folder. */
export function install(...packages: string[]): string {
  const folder = makeDataDir();
  writeFiles(folder, { 'package.json': '{ "private": true, "type": "module" }' });
  runIn(folder, 'npm', 'install', '--no-audit', '--no-fund', ...packages);
  return folder;
}

export function writeFiles(folder: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const registry = spawnSync('npm', ['view', 'npm', 'version', '--fetch-retries=0', '--fetch-timeout=5000']);
/** Why tests cannot install packages of others, if so. */
export const missingRegistry = registry.status === 0 ? undefined : 'the npm registry cannot be reached';
