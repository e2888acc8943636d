import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

// What other sites load. Lower is better; raising a limit takes a reason.
test.each([
  ['widget', 8850],
  ['subscribe', 7230],
])('%s.js is no larger than %i bytes, compressed', async (mode, maxBytes) => {
  const result = await build({ root, configFile: `${root}/vite.widget.config.ts`, mode, build: { write: false } });
  const [output] = [result].flat();
  if (!output || !('output' in output)) throw new Error('nothing was built');
  expect(output.output).toHaveLength(1);
  expect(gzipSync(output.output[0].code, { level: 9 }).length).toBeLessThanOrEqual(maxBytes);
});
