/**
 * Runs the server, and restarts it when a source changes. `node --watch` watches node_modules too, whose files change
 * when another clone is installed. On Linux it also loses sight of a file that an editor replaces instead of writing to.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, watch } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const sourceFolders = ['src', '../server/src', '../shared/src'];
/** Sources and folders. Temporary files of editors have other names. */
const sourceName = /^[\w-]+(\.ts)?$/;
/** Saving a file can take several steps. */
const settleMs = 50;

let server = runServer();
process.once('exit', () => server.stop());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, async () => {
    server.stop();
    await server.exitCode;
    process.exit(0);
  });
}

for (let isFirstRun = true; ; isFirstRun = false) {
  const change = watchSources();
  const exitCode = await Promise.race([server.exitCode, change.happened]);
  // It was asked to stop, by Ctrl-C for example.
  if (exitCode === 0) process.exit(0);
  if (exitCode !== undefined) {
    // It has said why. Only a change of the sources could have broken what worked, and mend it.
    if (isFirstRun) process.exit(1);
    const freePort = reservePort();
    await change.happened;
    await freePort();
  }
  await sleep(settleMs);
  server.stop();
  await server.exitCode;
  change.close();
  server = runServer();
}

function runServer() {
  const child = spawn(process.execPath, ['src/main.ts'], { stdio: 'inherit' });
  return {
    /** A process that a signal has ended has no exit code. */
    exitCode: once(child, 'exit').then(([code]: (number | null)[]) => code ?? 1),
    stop: () => child.kill(),
  };
}

function watchSources() {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const folders = sourceFolders.flatMap((root) => [
    root,
    ...readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ parentPath, name }) => join(parentPath, name)),
  ]);
  const watchers = folders.map((folder) =>
    watch(folder, (_event, name) => {
      if (name !== null && sourceName.test(name)) resolve(undefined);
    }).on('error', () => resolve(undefined)),
  );
  return {
    happened: promise,
    close() {
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** Keeps the port while no server runs: Vite would pass requests on to any other program that takes it. */
function reservePort() {
  const reservation = createServer((socket) => socket.destroy());
  // Another program has taken it already, which the server has said.
  reservation.once('error', () => process.exit(1));
  reservation.listen(Number(process.env.PORT || 3000), process.env.HOST);
  return async () => {
    reservation.close();
    await once(reservation, 'close');
  };
}
