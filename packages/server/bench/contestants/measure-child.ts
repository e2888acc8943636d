import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';

/** Has the benchmark measure another process in place of this one, and ends both together. */
export function measureChild(child: ChildProcess, folder: string): void {
  process.send?.({ measure: child.pid });
  child.on('exit', () => process.exit(1));
  process.on('disconnect', () => process.exit());
  process.on('exit', () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
}
