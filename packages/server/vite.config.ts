import { defineConfig } from 'vite';

// Bundles for Node: the shared contract is inlined, packages from the registry stay imports.
export default defineConfig({
  build: {
    ssr: true,
    rolldownOptions: { input: ['src/main.ts', 'src/totals.ts', 'src/index.ts'] },
    target: 'node24',
  },
});
