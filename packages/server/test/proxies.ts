import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { eventually, findFreePort } from './support.ts';

export type Protocol = 'HTTP/1.1' | 'HTTP/2';

export type Proxy = {
  name: string;
  command: string;
  /** The arguments with which it stays in the foreground, as one process that leaves nothing behind when it is killed. */
  args: (folder: string, configFile: string) => string[];
  /** As an operator writes it who has never heard of event streams. */
  config: (listenPort: number, upstreamPort: number, protocol: Protocol) => string;
};

export const proxies: Proxy[] = [
  {
    name: 'nginx',
    command: 'nginx',
    args: (folder, configFile) => ['-p', folder, '-c', configFile, '-e', 'stderr'],
    config: (listenPort, upstreamPort, protocol) => `
      daemon off;
      master_process off;
      pid nginx.pid;
      error_log stderr;
      events {}
      http {
        access_log off;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        server {
          listen 127.0.0.1:${listenPort}${protocol === 'HTTP/2' ? ' http2' : ''};
          location / {
            proxy_pass http://127.0.0.1:${upstreamPort};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          }
        }
      }
    `,
  },
  {
    name: 'HAProxy',
    command: 'haproxy',
    args: (_folder, configFile) => ['-db', '-f', configFile],
    config: (listenPort, upstreamPort, protocol) => `
      defaults
        mode http
        option forwardfor
        timeout connect 5s
        timeout client 30s
        timeout server 30s
      listen visitors
        bind 127.0.0.1:${listenPort}${protocol === 'HTTP/2' ? ' proto h2' : ''}
        server node 127.0.0.1:${upstreamPort}
    `,
  },
  {
    name: 'Caddy',
    command: 'caddy',
    args: (_folder, configFile) => ['run', '--config', configFile, '--adapter', 'caddyfile'],
    config: (listenPort, upstreamPort, protocol) => `
      {
        admin off
        auto_https off
        servers {
          protocols ${protocol === 'HTTP/2' ? 'h1 h2c' : 'h1'}
        }
      }
      http://:${listenPort} {
        bind 127.0.0.1
        reverse_proxy 127.0.0.1:${upstreamPort}
      }
    `,
  },
];

/** Whether the proxy can be run on this machine. */
export function isInstalled({ command }: Proxy): boolean {
  return searchPath.split(delimiter).some((folder) => existsSync(join(folder, command)));
}

// Debian keeps servers where only root's own path leads.
const searchPath = [process.env.PATH, '/usr/local/sbin', '/usr/sbin'].join(delimiter);

/** Runs the proxy in front of a port of this machine until the test has finished, and gives the port to go through it. */
export async function startProxy(
  { name, command, args, config }: Proxy,
  upstreamPort: number,
  protocol: Protocol,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'live-visitors-proxy-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const configFile = join(folder, 'config');
  const port = await findFreePort();
  // HAProxy takes no last line that is not ended.
  await writeFile(configFile, `${config(port, upstreamPort, protocol)}\n`);

  const child = spawn(command, args(folder, configFile), {
    cwd: folder,
    // Caddy keeps files in the home of whoever starts it.
    env: { PATH: searchPath, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
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
    } catch (cause) {
      throw new Error(`${name} takes no connections. It printed:\n${output}`, { cause });
    } finally {
      socket.destroy();
    }
  });
  return port;
}
