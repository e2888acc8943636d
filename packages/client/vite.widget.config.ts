import { scripts } from '@live-visitors/shared';
import { build, defineConfig, type Plugin, type UserConfig } from 'vite';
import { declarations } from '../shared/declarations.ts';
import { compressFiles } from './compress-files.ts';

/** What other sites load, each in one file whose name never changes, and the npm package, by the mode of the build. */
const bundles = {
  widget: bundle('main.ts', 'iife'),
  subscribe: bundle('subscribe.ts', 'es'),
  types: bundle('subscribe.ts', 'es', ...declarations()),
  package: npmPackage(),
  'package-types': npmPackage(...declarations()),
};

export default defineConfig(({ mode }) => bundles[mode as keyof typeof bundles] ?? bundles.widget);

function bundle(entry: string, format: 'iife' | 'es', ...plugins: Plugin[]): UserConfig {
  return {
    publicDir: false,
    plugins: [...plugins, compressFiles],
    logLevel: 'warn',
    build: {
      lib: {
        entry: `src/widget/${entry}`,
        formats: [format],
        name: 'liveVisitors',
        fileName: (_format, name) => `${name === 'main' ? 'widget' : name}.js`,
      },
      // Vite does not minify the modules of a library.
      rolldownOptions: {
        output: { minify: true, comments: false },
        optimization: { inlineConst: { mode: 'all', pass: 3 } },
      },
      outDir: '../server/dist/page',
      emptyOutDir: false,
    },
  };
}

/** A file for each source, so that bundlers leave out those that a page does not use. */
function npmPackage(...plugins: Plugin[]): UserConfig {
  return {
    publicDir: false,
    plugins,
    logLevel: 'warn',
    build: {
      lib: { entry: ['src/index.ts', 'src/register.ts'], formats: ['es'] },
      rolldownOptions: { output: plugins.length === 0 ? { preserveModules: true, preserveModulesRoot: 'src' } : {} },
      minify: false,
      cssMinify: true,
      emptyOutDir: plugins.length === 0,
    },
  };
}

/** Lets Vite's dev server build each of them when it is requested. */
export const serveBundles: Plugin = {
  name: 'serve-bundles',
  configureServer({ middlewares }) {
    for (const [name, path] of Object.entries(scripts)) {
      middlewares.use(path, async (_request, response, next) => {
        try {
          const config = bundles[name as keyof typeof scripts];
          const result = await build({ ...config, configFile: false, build: { ...config.build, write: false } });
          const [output] = [result].flat();
          if (!output || !('output' in output)) throw new Error(`${path} was not built.`);
          response.setHeader('Content-Type', 'text/javascript').setHeader('Access-Control-Allow-Origin', '*');
          response.end(output.output[0].code);
        } catch (error) {
          next(error);
        }
      });
    }
  },
};
