import { scripts } from '@live-visitors/shared';
import { dts } from 'rolldown-plugin-dts';
import { build, defineConfig, type Plugin, type UserConfig } from 'vite';
import { compressFiles } from './compress-files.ts';

/** What other sites load, each in one file whose name never changes, by the mode of the build. */
const bundles = {
  widget: bundle('main.ts', 'iife'),
  subscribe: bundle('subscribe.ts', 'es'),
  types: bundle('subscribe.ts', 'es', ...declarations()),
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
      rolldownOptions: { output: { minify: true } },
      outDir: '../server/dist/page',
      emptyOutDir: false,
    },
  };
}

/** Emits the declarations of the entry and of all that it imports, in one file. */
function declarations(): Plugin[] {
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
