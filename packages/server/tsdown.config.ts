import { defineConfig } from 'tsdown';

// Bundles for Node. The shared contract is inlined, with its types; packages from the registry stay imports.
export default defineConfig({
  entry: ['src/main.ts', 'src/totals.ts', 'src/index.ts'],
  target: 'node24',
  fixedExtension: false,
  dts: { entry: 'src/index.ts', generator: 'oxc' },
});
