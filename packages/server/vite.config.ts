import { defineConfig } from 'vite';
import { declarations } from '../shared/declarations.ts';

// Bundles for Node: the shared contract is inlined, packages from the registry stay imports. The mode `types` adds the
// declarations of the library.
export default defineConfig(({ mode }) => {
  const isTypes = mode === 'types';
  return {
    plugins: isTypes ? declarations() : [],
    build: {
      ssr: true,
      emptyOutDir: !isTypes,
      rolldownOptions: {
        input: isTypes ? 'src/index.ts' : ['src/index.ts', 'src/internal.ts'],
        // The page is looked for beside the file that has `pageDir`.
        output: { chunkFileNames: '[name]-[hash].js' },
      },
      target: 'node22',
    },
  };
});
