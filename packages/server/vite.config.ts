import { defineConfig } from 'vite';

// One bundle for Node: the shared contract is inlined, packages from the registry stay imports.
export default defineConfig({
  build: {
    ssr: 'src/main.ts',
    target: 'node24',
  },
});
