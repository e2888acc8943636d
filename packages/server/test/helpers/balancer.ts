import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { haproxy, isInstalled, startProxy } from './proxies.ts';

/** How many connections HAProxy takes at once. It opens twice as many files, and does not start where it may not. */
const maxConnections = 4000;

/**
 * Spreads connections over ports in turn, and passes over those at which nobody listens, until the test has finished:
 * HAProxy where it is installed, or else a small one of ours.
 *
 * @returns the port to go through it
 */
export function startBalancer(ports: readonly [number, ...number[]]): Promise<number> {
  return isInstalled(haproxy) ? startProxy(haproxy, (port) => configure(port, ports)) : startSmallBalancer(ports);
}

function configure(listenPort: number, ports: readonly number[]): string {
  return `
    global
      maxconn ${maxConnections}
    defaults
      mode tcp
      balance roundrobin
      retries 3
      # Another node at each of them. By itself it goes back to the same one, after a second, until the last.
      option redispatch 1
      timeout connect 500ms
      timeout client 30s
      timeout server 30s
    listen nodes
      bind 127.0.0.1:${listenPort}
      ${ports.map((port, i) => `server node-${i} 127.0.0.1:${port}`).join('\n      ')}
  `;
}

async function startSmallBalancer(ports: readonly number[]): Promise<number> {
  const sockets = new Set<Socket>();
  let turn = 0;

  function pass(near: Socket, triesLeft: number): void {
    const far = connect(ports[turn++ % ports.length] ?? 0, '127.0.0.1');
    sockets.add(far);
    far.once('connect', () => {
      near.pipe(far).pipe(near);
    });
    far.once('error', () => {
      if (far.bytesRead === 0 && triesLeft > 0 && !near.destroyed) pass(near, triesLeft - 1);
      else near.destroy();
    });
    near.once('close', () => far.destroy());
    far.once('close', () => {
      sockets.delete(far);
      if (far.bytesRead > 0) near.destroy();
    });
  }

  const server = createServer((near) => {
    near.on('error', () => {});
    pass(near, ports.length);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.');
  return address.port;
}
