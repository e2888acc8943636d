/** A page in a framework: what the guide has or, with `#false` or `#true`, an element whose `observe` is set to that. */
export type Framework = {
  name: string;
  /** The files that the guide has, by the language of the block and some words in it. */
  guide: Record<string, [language: string, words: string]>;
  /** The other files. `main.ts` or `main.tsx` starts the page. */
  files: Record<string, string>;
  compilerOptions?: Record<string, string>;
  /** Checks the types in the current folder. */
  check: string[];
};

const server = 'https://visitors.example.com';

const react: Omit<Framework, 'name'> = {
  guide: { 'Visitors.tsx': ['tsx', 'client/react'], 'Online.tsx': ['tsx', 'useEffect'] },
  files: {
    'main.tsx': `
      import { createRoot } from 'react-dom/client';
      import { Online } from './Online';
      import { Visitors } from './Visitors';
      const root = createRoot(document.body.appendChild(document.createElement('main')));
      const observe = () => root.render(<live-visitors server="${server}" observe={location.hash === '#true'} />);
      if (location.hash) observe();
      else root.render(<><Visitors /><Online /></>);
      addEventListener('hashchange', observe);`,
    'server.tsx': `
      import { renderToString } from 'react-dom/server';
      import { Visitors } from './Visitors';
      console.log(renderToString(<Visitors />));`,
  },
  compilerOptions: { jsx: 'react-jsx' },
  check: ['tsc'],
};

export const frameworks: Framework[] = [
  { ...react, name: 'React 19' },
  { ...react, name: 'React 18' },
  {
    name: 'Vue',
    guide: { 'vite.config.ts': ['ts', 'plugin-vue'], 'Visitors.vue': ['vue', ''] },
    files: {
      'Observer.vue': `
        <script setup lang="ts">
        import '@live-visitors/client/vue';
        import { ref } from 'vue';
        const isObserving = ref(location.hash === '#true');
        addEventListener('hashchange', () => { isObserving.value = location.hash === '#true'; });
        </script>
        <template><live-visitors server="${server}" :observe="isObserving" /></template>`,
      'main.ts': `
        import { createApp } from 'vue';
        import Observer from './Observer.vue';
        import Visitors from './Visitors.vue';
        createApp(location.hash ? Observer : Visitors).mount(document.body.appendChild(document.createElement('main')));`,
    },
    check: ['vue-tsc'],
  },
  {
    name: 'Svelte',
    guide: { 'Visitors.svelte': ['svelte', ''] },
    files: {
      'vite.config.ts': `
        import { svelte } from '@sveltejs/vite-plugin-svelte';
        export default { plugins: [svelte()] };`,
      'Observer.svelte': `
        <script lang="ts">
          import '@live-visitors/client/svelte';
          let isObserving = $state(location.hash === '#true');
          addEventListener('hashchange', () => (isObserving = location.hash === '#true'));
        </script>
        <live-visitors server="${server}" observe={isObserving}></live-visitors>`,
      'main.ts': `
        import { mount } from 'svelte';
        import Observer from './Observer.svelte';
        import Visitors from './Visitors.svelte';
        mount(location.hash ? Observer : Visitors, { target: document.body });`,
    },
    check: ['svelte-check', '--tsconfig', './tsconfig.json'],
  },
  {
    name: 'Solid',
    guide: { 'Visitors.tsx': ['tsx', 'client/solid'] },
    files: {
      'vite.config.ts': `
        import solid from 'vite-plugin-solid';
        export default { plugins: [solid()] };`,
      'main.tsx': `
        import { createSignal } from 'solid-js';
        import { render } from 'solid-js/web';
        import { Visitors } from './Visitors';
        const [isObserving, setObserving] = createSignal(location.hash === '#true');
        addEventListener('hashchange', () => setObserving(location.hash === '#true'));
        const Observer = () => <live-visitors server="${server}" observe={isObserving()} />;
        render(location.hash ? Observer : Visitors, document.body);`,
    },
    compilerOptions: { jsx: 'preserve', jsxImportSource: 'solid-js' },
    check: ['tsc'],
  },
];
