import { spawn } from 'node:child_process';

/**
 * Has a process group end when this process has ended, be it killed, as Vitest does with its workers when it is stopped.
 * Programs that are left behind would slow down the next tests.
 *
 * @param leader - the id of the group's first process
 * @returns how to stop, to be called when the group has ended
 */
export function tieGroup(leader: number): () => void {
  // The input of `read` ends with this process.
  const watcher = spawn('sh', ['-c', 'read -r line; kill -s KILL -- "$0"', `${-leader}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  return () => void watcher.kill('SIGKILL');
}
