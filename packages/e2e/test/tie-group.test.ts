import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../src/eventually.ts';
import { root, run } from '../src/program.ts';

test('what a worker has started ends when the worker is killed', async () => {
  const code = `
    import { spawn } from 'node:child_process';
    import { tieGroup } from '${join(root, 'packages/e2e/src/tie-group.ts')}';
    const { pid } = spawn('sh', ['-c', 'sleep 300 & sleep 300'], { detached: true, stdio: 'ignore' });
    tieGroup(pid);
    console.log('started ' + pid);
    setInterval(() => {}, 1000);`;
  const worker = run(process.execPath, ['--input-type=module', '--eval', code]);
  onTestFinished(worker.kill);
  const group = -Number(await worker.printed(/^started (\d+)$/m));
  expect(process.kill(group, 0)).toBe(true);
  await worker.kill();
  await eventually(() => expect(() => process.kill(group, 0)).toThrow('ESRCH'));
});
