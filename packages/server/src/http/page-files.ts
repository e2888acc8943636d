import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { scripts } from '@live-visitors/shared';
import express, { type RequestHandler } from 'express';

const immutable = 'public, max-age=31536000, immutable';
// Other sites link to these by name: an old one must be gone within minutes, yet not be asked for on every page.
const shortLived = 'public, max-age=300';
const revalidated = 'no-cache';

/** Serves the files that the client's build has put into a folder. */
export function servePage(pageDir: string): RequestHandler {
  const assets = join(pageDir, 'assets/');
  const linked = new Set(Object.values(scripts).map((path) => join(pageDir, path)));

  function cacheControl(path: string): string {
    if (path.startsWith(assets)) return immutable;
    return linked.has(path) ? shortLived : revalidated;
  }

  return express.static(pageDir, {
    // There is nothing to see at a folder, and the redirect to it would be an HTML page of Express.
    redirect: false,
    setHeaders(response: ServerResponse, path: string) {
      response.setHeader('Cache-Control', cacheControl(path));
      // The ending is that of a kind of video, too.
      if (path.endsWith('.d.ts')) response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    },
  });
}
