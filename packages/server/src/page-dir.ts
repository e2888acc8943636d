import { existsSync } from 'node:fs';
import { join } from 'node:path';

// A bundler may leave `dirname` undefined, or put another folder of this name there.
const folder = join((import.meta as Partial<ImportMeta>).dirname ?? '', 'page');

/** The folder with the built dashboard and widget. The client's build puts it beside the bundle of this module. */
export const pageDir: string | undefined = existsSync(join(folder, 'widget.js')) ? folder : undefined;
