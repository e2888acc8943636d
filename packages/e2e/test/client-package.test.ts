import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { type Framework, frameworks } from '../src/frameworks.ts';
import { fromGuide } from '../src/guide.ts';
import { install, missingRegistry, pack, runIn, writeFiles } from '../src/packages.ts';
import { root } from '../src/program.ts';
import { useWidgets } from '../src/widget-page.ts';

const name = '@live-visitors/client';

let tarball: string;
beforeAll(() => {
  tarball = pack(name);
});

describe('the packed client', () => {
  const bin = (program: string) => join(root, 'packages/e2e/node_modules/.bin', program);

  test('has the name that the guide installs', () => {
    expect(fromGuide('', 'sh', 'npm install')).toContain(`/tarballs/${basename(tarball)} `);
  });

  test('has nothing that publint and attw would mend', () => {
    runIn(root, bin('publint'), tarball, '--strict');
    // It has no CommonJS, as browsers have none.
    runIn(root, bin('attw'), tarball, '--profile', 'esm-only');
  });

  test('does nothing in plain Node, where pages are rendered', () => {
    const imports = ['', '/element', '/react', '/vue', '/svelte', '/solid'].map(
      (path) => `await import('${name}${path}')`,
    );
    const code = `
      const before = Reflect.ownKeys(globalThis);
      console.log(Object.keys(Object.assign({}, ${imports})), Reflect.ownKeys(globalThis).length - before.length);`;
    const printed = runIn(install(tarball), 'node', '--input-type=module', '--eval', code);
    expect(printed).toBe("[ 'LiveVisitorsElement', 'subscribe' ] 0\n");
  });

  const consumer = `
    import { LiveVisitorsElement, subscribe, type Snapshot } from '${name}';
    import '${name}/element';

    const stop: () => void = subscribe({ server: 'https://visitors.example.com' }, (snapshot: Snapshot) => snapshot.online);
    const element = document.querySelector('live-visitors');
    if (element instanceof LiveVisitorsElement) element.observe = true;
    if (element) element.page = '/a';
    // @ts-expect-error there is no such figure
    if (element) element.figure = 'visitors';
    element?.addEventListener('snapshot', ({ detail }) => detail.online satisfies number);
    export { stop };`;

  test.each([
    ['node16', 'node16'],
    ['bundler', 'esnext'],
  ])('has types that TypeScript finds with the resolution %s', (moduleResolution, module) => {
    const folder = install(tarball);
    writeFiles(folder, { 'consumer.ts': consumer, 'tsconfig.json': tsconfig({ moduleResolution, module }) });
    runIn(folder, join(root, 'node_modules/.bin/tsc'));
  });
});

function tsconfig(options: Record<string, string>): string {
  const fixed = { strict: true, noEmit: true, noUnusedLocals: true, verbatimModuleSyntax: true, types: [] };
  const compilerOptions = { ...fixed, target: 'es2022', module: 'esnext', moduleResolution: 'bundler', ...options };
  return JSON.stringify({ compilerOptions, include: ['.'], exclude: ['vite.config.ts'] });
}

describe.skipIf(missingRegistry)(
  `a page that is built with the packed client${missingRegistry ? ` (${missingRegistry})` : ''}`,
  () => {
    let folder: string;
    let react18: string;
    let tests: string;
    // Each installation has a deadline of its own.
    beforeAll(() => {
      const tools = ['vite@8.3.8', 'typescript@6.0.3', 'vue-tsc@3.3.14', 'svelte-check@4.7.8'];
      const react = ['react@19.3.1', 'react-dom@19.3.1', '@types/react@19.3.3', '@types/react-dom@19.3.0'];
      const vue = ['vue@3.5.45', '@vitejs/plugin-vue@6.0.11'];
      const svelte = ['svelte@5.57.3', '@sveltejs/vite-plugin-svelte@7.3.1'];
      folder = install(tarball, ...tools, ...react, ...vue, ...svelte, 'solid-js@1.9.20', 'vite-plugin-solid@2.11.14');
    });
    beforeAll(() => {
      const react18Packages = ['react@18.3.1', 'react-dom@18.3.1', '@types/react@18.3.32', '@types/react-dom@18.3.7'];
      react18 = install(tarball, ...react18Packages);
    });
    beforeAll(() => {
      tests = install(tarball, 'vitest@4.1.12', 'jsdom@29.1.1', 'happy-dom@21.0.4');
    });

    const { server, startSite, open, close, counts, allShow } = useWidgets(chromium.launch);
    const program = (name: string) => join(folder, 'node_modules/.bin', name);

    /** Builds a page whose scripts are those files. Returns all of its code. */
    function build(project: string, main: string): string {
      writeFiles(project, { 'index.html': `<!doctype html><script type="module" src="/${main}"></script>` });
      runIn(project, program('vite'), 'build');
      return globSync(join(project, 'dist/assets/*.js'))
        .map((path) => readFileSync(path, 'utf8'))
        .join('\n');
    }

    async function publish(code: string, markup = ''): Promise<string> {
      const site = await startSite();
      return site.publish(`${markup}<body><script type="module" src="${site.publishScript(code)}"></script>`);
    }

    /** Writes the project of a framework, and checks its types. Returns its folder. */
    function createProject({ name, guide, files, compilerOptions, check }: Framework): string {
      const { url } = server();
      const project = join(name === 'React 18' ? react18 : folder, name);
      const documented = Object.entries(guide).map(([path, [language, words]]) => [
        path,
        fromGuide(url, language, words),
      ]);
      const others = Object.entries(files).map(([path, text]) => [
        path,
        text.replaceAll('https://visitors.example.com', url),
      ]);
      writeFiles(project, {
        ...Object.fromEntries([...documented, ...others]),
        'tsconfig.json': tsconfig(compilerOptions ?? {}),
      });
      const [checker = '', ...args] = check;
      runIn(project, program(checker), ...args);
      return project;
    }

    test.each(frameworks)(
      'shows the count in $name as the guide has it, and observes only if it is told to',
      async (framework) => {
        const project = createProject(framework);
        const code = build(project, Object.keys(framework.files).find((path) => path.startsWith('main.')) ?? '');
        const url = await publish(code);
        const page = await open(url);
        await allShow(1);
        const counting = await open(`${url}#false`);
        await allShow(2);
        await counts({ online: 2, visits: 2 });
        await counting.evaluate(() => {
          location.hash = '#true';
        });
        await allShow(1);
        await counting.evaluate(() => {
          location.hash = '#false';
        });
        await allShow(2);
        await close(counting);
        await allShow(1);

        if (framework.name === 'Vue') expect(await page.widgets()).toMatchObject([{ label: 'visitante online' }]);
        else if (framework.name !== 'React 18') await eventually(() => expect(page.logged).toContain('2'));
        if (!framework.name.startsWith('React')) return;
        expect(await page.evaluate(() => document.querySelector('output')?.textContent)).toBe('1');
        runIn(project, program('vite'), 'build', '--ssr', 'server.tsx');
        expect(runIn(project, 'node', 'dist/server.js')).toContain(`<live-visitors server="${server().url}"`);
      },
    );

    test.each(['jsdom', 'happy-dom'])('can be tested by its authors in %s, which has no streams', (environment) => {
      writeFiles(tests, {
        'page.test.js': `
          import { subscribe } from '${name}';
          import '${name}/element';
          import { expect, test, vi } from 'vitest';

          test('a page', async () => {
            const element = document.createElement('live-visitors');
            Object.assign(element, { server: 'http://localhost:1', page: true, min: 5 });
            document.body.append(element);
            const stop = subscribe({ server: 'http://localhost:1', page: true }, () => {});
            const lookUp = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('There is no network.'));
            await vi.waitFor(() => expect(lookUp).toHaveBeenCalled(), { timeout: 60_000 });
            expect(element.shadowRoot.textContent).toBe('– visitors online');
            element.remove();
            stop();
          }, 60_000);`,
      });
      runIn(tests, join(tests, 'node_modules/.bin/vitest'), 'run', '--environment', environment);
    });

    test('shows the count without a framework, and has no element if it only subscribes', async () => {
      const { url } = server();
      const project = join(folder, 'plain');
      writeFiles(project, {
        'subscribe.js': fromGuide(url, 'js', name),
        'main.js': `import '${name}/element';\n${fromGuide(url, 'js', name)}`,
      });
      expect(build(project, 'subscribe.js')).not.toContain('attachShadow');
      const page = await open(
        await publish(build(project, 'main.js'), `<live-visitors server="${url}"></live-visitors>`),
      );
      await allShow(1);
      await eventually(async () => expect(await page.evaluate(() => document.title)).toBe('1 here now'));
      await counts({ online: 1, browsers: 1, visits: 1 });
    });
  },
);
