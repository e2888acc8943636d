/** `pnpm dev`: the server and Vite, on a port of the server that both of them are told. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { concurrently } from 'concurrently';
import { fail } from './packages/live-visitors/src/fail.ts';
import { explainListenError } from './packages/live-visitors/src/listen-error.ts';
import { configureOrFail } from './packages/live-visitors/src/start-up.ts';

const config = configureOrFail(process.env);
// On some systems, another program can listen on this address while the server listens on all of them.
const host = config.host ?? '127.0.0.1';
process.env.HOST = host;
process.env.PORT = String(await choosePort());

const { result } = concurrently(
  [
    { name: 'server', command: 'pnpm --filter live-visitors dev', prefixColor: 'green' },
    { name: 'client', command: 'pnpm --filter @live-visitors/client dev', prefixColor: 'blue' },
  ],
  { killOthersOn: ['failure', 'success'] },
);
await result.catch(() => process.exit(1));

/** The port that is set, or the default one, or a free one where that is in use. */
async function choosePort(): Promise<number> {
  try {
    return await listenBriefly(config.port);
  } catch (error) {
    // What fails to listen is a system call, whose errors have a code.
    const listenError = error as NodeJS.ErrnoException;
    if (listenError.code === 'EADDRINUSE' && !process.env.PORT) {
      const port = await listenBriefly(0);
      console.log(`Port ${config.port} is in use by another program. The server takes port ${port} instead.`);
      return port;
    }
    const sentence = explainListenError(listenError, config);
    if (sentence === undefined) throw error;
    return fail(sentence);
  }
}

/** Listens as the server will, and gives the port: with 0, one that is free. */
async function listenBriefly(port: number): Promise<number> {
  const probe = createServer().listen(port, host);
  await once(probe, 'listening');
  // It listens on TCP, so its address is no path.
  const address = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return address.port;
}
