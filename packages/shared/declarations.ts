import { dts } from 'rolldown-plugin-dts';
import type { Plugin } from 'vite';

/**
 * Has Vite emit the declarations of an entry in one file, with those of all that it imports from this repository. Nothing
 * else is emitted.
 */
export function declarations(): Plugin[] {
  const generate = dts({ emitDtsOnly: true, oxc: true }).map((plugin) => {
    // Vite's plugins see the sources without their types. It takes Rolldown's plugins, under a stricter type.
    return { ...plugin, enforce: 'pre' } as Plugin;
  });
  const moveComments: Plugin = {
    name: 'move-comments',
    // They stand on the line of the member before, where editors do not see them.
    renderChunk: (code) => code.replaceAll(/; (?=\/\*\*)/g, ';\n  ').replaceAll(/(?<=\*\/)(?=\w)/g, '\n  '),
  };
  return [...generate, moveComments];
}
