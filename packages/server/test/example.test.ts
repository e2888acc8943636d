import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root } from './helpers/markdown.ts';
import { makeFolder } from './helpers/support.ts';

test('the example app ends with the error when its port is taken, and does not say that it listens', async () => {
  const other = createServer().listen(0);
  onTestFinished(() => {
    other.close();
  });
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, output } = await new Promise<{ code: unknown; output: string }>((resolve) => {
    const options = { cwd: makeFolder(), env: { ...process.env, PORT: String(port) }, timeout: 20_000 };
    execFile(process.execPath, [join(root, 'examples/express/main.ts')], options, (error, output, errors) =>
      resolve({ code: error?.code, output: output + errors }),
    );
  });
  expect(output).not.toContain('listening on');
  expect(output).toContain('EADDRINUSE');
  expect(code).toBe(1);
});
