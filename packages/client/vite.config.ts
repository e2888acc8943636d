import { indexWithPages, paths } from '@live-visitors/shared';
import { defineConfig, type Plugin, type ProxyOptions } from 'vite';
import { compressFiles } from './compress-files.ts';
import { serveBundles } from './vite.widget.config.ts';

/** The server that `pnpm dev` runs beside Vite. It tells both of them the same `HOST` and `PORT`. */
const server: ProxyOptions = {
  target: { protocol: 'http:', host: process.env.HOST || '127.0.0.1', port: Number(process.env.PORT || 3000) },
  configure(proxy) {
    // The proxy passes on only a clean end: if the server was killed, the browser's side would stay open for ever.
    proxy.on('proxyRes', (fromServer, _request, toBrowser) => {
      fromServer.once('close', () => {
        if (!toBrowser.writableEnded) toBrowser.destroy();
      });
    });
  },
};

/** Makes the dashboard that has no list of pages, for those who may not read it. Both are sent without comments. */
const offerPages: Plugin = {
  name: 'offer-pages',
  enforce: 'post',
  transformIndexHtml: {
    order: 'post',
    handler: (html, { server }) =>
      server && !['on', 'private'].includes(`${process.env.LIST_PAGES}`) ? withoutPages(html) : html,
  },
  generateBundle(_options, bundle) {
    const index = bundle['index.html'];
    if (index?.type !== 'asset') throw new Error('index.html was not built.');
    const html = `${index.source}`.replace(/\s*<!--.*?-->/gs, '');
    this.emitFile({ type: 'asset', fileName: indexWithPages, source: html });
    index.source = withoutPages(html);
  },
};

function withoutPages(html: string): string {
  return html.replace(/\s*<section class="pages".*?<\/section>/s, '');
}

export default defineConfig({
  // Relative links: the dashboard may be served under any path.
  base: './',
  plugins: [serveBundles, offerPages, compressFiles],
  server: {
    proxy: Object.fromEntries(Object.values(paths).map((path) => [path, server])),
  },
  build: {
    // The server serves this folder, which is beside its own bundle.
    outDir: '../server/dist/page',
    emptyOutDir: true,
  },
});
