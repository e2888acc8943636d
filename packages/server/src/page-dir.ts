import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the built page: the client's build puts it beside the bundle of this module. */
// A bundler may leave `dirname` undefined.
export const pageDir: string = join((import.meta as Partial<ImportMeta>).dirname ?? '', 'page');

/** Warns if this module was bundled with an app: the page and the widget are files. */
export function warnIfBundled(): void {
  if (existsSync(pageDir)) return;
  process.emitWarning(
    'Live Visitors cannot find its page and widget. If you bundle your app, exclude the package @live-visitors/server from the bundle ("external").',
  );
}
