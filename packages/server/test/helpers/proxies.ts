import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findFreePort } from './free-port.ts';
import { eventually, makeFolder } from './support.ts';

/** A program that takes connections, and passes on what comes. */
export type ProxyProgram = {
  name: string;
  command: string;
  /** The arguments with which it stays in the foreground, as one process that leaves nothing behind when it is killed. */
  args: (configFile: string, folder: string) => string[];
};

export const nginx: ProxyProgram = {
  name: 'nginx',
  command: 'nginx',
  args: (configFile, folder) => ['-p', folder, '-c', configFile, '-e', 'stderr'],
};

export const haproxy: ProxyProgram = {
  name: 'HAProxy',
  command: 'haproxy',
  args: (configFile) => ['-db', '-f', configFile],
};

export const caddy: ProxyProgram = {
  name: 'Caddy',
  command: 'caddy',
  args: (configFile) => ['run', '--config', configFile, '--adapter', 'caddyfile'],
};

export const apache: ProxyProgram = {
  name: 'Apache httpd',
  command: 'apache2',
  args: (configFile) => ['-X', '-f', configFile],
};

// Debian keeps servers where only root's own path leads.
const searchPath = [process.env.PATH, '/usr/local/sbin', '/usr/sbin'].join(delimiter);

/** Whether a program can be run on this machine. */
export function isInstalled({ command }: Pick<ProxyProgram, 'command'>): boolean {
  return searchPath.split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/**
 * Runs a proxy until the test has finished.
 *
 * @param configure - its configuration, for the port that it is to listen on, and a folder of its own
 * @param env - variables for it, for that port
 * @returns that port, once it takes connections
 */
export async function startProxy(
  { name, command, args }: ProxyProgram,
  configure: (port: number, folder: string) => string | Promise<string>,
  env: (port: number) => Record<string, string> = () => ({}),
): Promise<number> {
  const folder = makeFolder();
  const configFile = join(folder, 'config');
  const port = await findFreePort();
  // HAProxy takes no last line that is not ended.
  await writeFile(configFile, `${await configure(port, folder)}\n`);

  const child = spawn(command, args(configFile, folder), {
    cwd: folder,
    // Caddy keeps files in the home of whoever starts it.
    env: { PATH: searchPath, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, ...env(port) },
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  }

  await eventually(async () => {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      // While nobody listens on a port, a connection to it may be given that very port to come from, and meet itself.
      if (socket.localPort === port) throw new Error('The connection has met itself.');
      // The port was free before the proxy started.
      if (child.exitCode !== null) throw new Error('Another program has taken its port.');
    } catch (cause) {
      throw new Error(`${name} takes no connections. It printed:\n${output}`, { cause });
    } finally {
      socket.destroy();
    }
  });
  return port;
}
