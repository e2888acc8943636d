import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A stretch of wire to a port of this machine, on which answers can get lost, and which can lead elsewhere from now on. There
 * until the test has finished.
 */
export async function openRelay(port: number) {
  let to = port;
  const pairs = new Set<{ near: Socket; far: Socket }>();
  let losing = false;
  let latencyMs = 0;

  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    const later = (act: () => void) => (latencyMs > 0 ? setTimeout(act, latencyMs) : act());
    for (const socket of [near, far]) socket.on('error', end).on('close', () => later(end));
    near.on('data', (bytes) => later(() => far.write(bytes)));
    far.on('data', (bytes) => {
      if (!losing) later(() => near.write(bytes));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.');

  /** Cuts all connections. */
  function cut(): void {
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
  }

  onTestFinished(() => {
    server.close();
    cut();
  });

  return {
    port: address.port,
    cut,
    /** Leads new connections to another port, as a name does that moves. Those that are open stay. */
    leadTo(otherPort: number): void {
      to = otherPort;
    },
    /** From now on, bytes take this long in each direction. */
    slowDown(milliseconds: number): void {
      latencyMs = milliseconds;
    },
    /** From now on, what is asked arrives and what is answered does not. */
    loseAnswers(): void {
      losing = true;
    },
    /** Answers arrive again, on new connections: none comes late. */
    heal(): void {
      cut();
      losing = false;
    },
  };
}
