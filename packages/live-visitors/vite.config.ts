import { defineConfig, type Plugin } from 'vite';

/** Sources import the library's sources, so that they run without a build. The build imports the package instead. */
const library: Plugin = {
  name: 'library',
  enforce: 'pre',
  resolveId: (id) =>
    id.endsWith('/server/src/internal.ts') ? { id: '@live-visitors/server/internal', external: true } : undefined,
};

export default defineConfig({
  plugins: [library],
  build: { ssr: true, rolldownOptions: { input: ['src/main.ts', 'src/totals.ts'] }, target: 'node22' },
});
