import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { compressedFolders } from '@live-visitors/shared';
import type { Plugin } from 'vite';

const copies = [
  { folder: compressedFolders.br, compress: brotliCompressSync },
  { folder: compressedFolders.gzip, compress: gzipSync },
];

/** Compresses every file of a build once, so that the server does not have to do it for each request. */
export const compressFiles: Plugin = {
  name: 'compress-files',
  writeBundle({ dir = '' }) {
    // The pattern skips folders whose names begin with a dot, and so the compressed copies.
    for (const file of globSync('**/*.*', { cwd: dir })) {
      const content = readFileSync(join(dir, file));
      for (const { folder, compress } of copies) {
        const compressed = compress(content);
        if (compressed.length >= content.length) continue;
        const copy = join(dir, folder, file);
        mkdirSync(dirname(copy), { recursive: true });
        writeFileSync(copy, compressed);
      }
    }
  },
};
