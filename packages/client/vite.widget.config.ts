import { build, defineConfig, type Plugin, type UserConfig } from 'vite';
import { compressFiles } from './compress-files.ts';

/** What other sites load: each in one small file, whose name stays the same. */
const bundles = {
  widget: bundle('main.ts', 'iife', 'widget.js'),
  subscribe: bundle('subscribe.ts', 'es', 'subscribe.js'),
};

export default defineConfig(({ mode }) => (mode === 'subscribe' ? bundles.subscribe : bundles.widget));

function bundle(entry: string, format: 'iife' | 'es', fileName: string) {
  return {
    publicDir: false,
    plugins: [compressFiles],
    logLevel: 'warn',
    build: {
      lib: { entry: `src/widget/${entry}`, formats: [format], name: 'liveVisitors', fileName: () => fileName },
      // A library's modules are left as they are otherwise.
      rolldownOptions: { output: { minify: true } },
      outDir: '../server/dist/page',
      emptyOutDir: false,
    },
  } satisfies UserConfig;
}

/** Has Vite's dev server serve them, as they are now, under the names that they have on a built one. */
export const serveBundles: Plugin = {
  name: 'serve-bundles',
  configureServer({ middlewares }) {
    for (const config of Object.values(bundles)) {
      const path = `/${config.build.lib.fileName()}`;
      middlewares.use(path, async (_request, response, next) => {
        try {
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
