import { join } from 'node:path';
import { compressedFolders, scripts } from '@live-visitors/shared';
import express, { type RequestHandler, type Response } from 'express';

const immutable = 'public, max-age=31536000, immutable';
// Other sites link to these by name: an old one must be gone within minutes, yet not be asked for on every page.
const shortLived = 'public, max-age=300';
const revalidated = 'no-cache';

/** Serves the files that the client's build has put into a folder, compressed where it has put such a copy there. */
export function servePage(pageDir: string): RequestHandler[] {
  const compressed = Object.entries(compressedFolders).map(([encoding, folder]) =>
    serveCompressed(join(pageDir, folder), encoding),
  );
  return [...compressed, serveFolder(pageDir)];
}

function serveCompressed(folder: string, encoding: string): RequestHandler {
  const serve = serveFolder(folder, encoding);
  return (request, response, next) => {
    if (request.acceptsEncodings(encoding, 'identity') !== encoding) return next();
    serve(request, response, (error) => {
      // An error, such as a precondition that failed (412), is not sent in the encoding of the file.
      response.removeHeader('Content-Encoding');
      next(error);
    });
  };
}

function serveFolder(folder: string, encoding?: string): RequestHandler {
  const assets = join(folder, 'assets/');
  const linked = new Set(Object.values(scripts).map((path) => join(folder, path)));

  function cacheControl(path: string): string {
    if (path.startsWith(assets)) return immutable;
    return linked.has(path) ? shortLived : revalidated;
  }

  return express.static(folder, {
    // The files are small. A part of a compressed file would be of no use, and could be joined to one of another encoding.
    acceptRanges: false,
    // There is nothing to see at a folder, and the redirect to it would be an HTML page of Express.
    redirect: false,
    setHeaders(response: Response, path) {
      response.vary('Accept-Encoding').set('Cache-Control', cacheControl(path));
      if (encoding !== undefined) response.set('Content-Encoding', encoding);
      // The ending is that of a kind of video, too.
      if (path.endsWith('.d.ts')) response.set('Content-Type', 'text/plain; charset=utf-8');
    },
  });
}
