import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** From here on. To 10080, below it, `fetch` and browsers send nothing (Fetch Standard, "port blocking"). */
const fetchable = 10_081;

/**
 * Finds a port that a program can listen on later, or again after a restart. The system gives ports from 32768 on to
 * outgoing connections, on Linux, and to servers that listen on port 0: in a busy run, one of those would soon be taken.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(fetchable, 32_768);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
