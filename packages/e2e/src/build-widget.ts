import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import { root } from './program.ts';

/** Builds the widget as one of another version, and gives its script. */
export async function buildWidget(version: number): Promise<string> {
  let changes = 0;
  const changeVersion: Plugin = {
    name: 'change-version',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/tabs/messages.ts')) return undefined;
      changes++;
      return code.replace(/(?<=export const version = )\d+/, String(version));
    },
  };
  const client = join(root, 'packages/client');
  const result = await build({
    root: client,
    configFile: join(client, 'vite.widget.config.ts'),
    mode: 'widget',
    plugins: [changeVersion],
    build: { write: false },
  });
  const [output] = [result].flat();
  if (changes !== 1 || !output || !('output' in output))
    throw new Error('The widget was not built as another version.');
  return output.output[0].code;
}
