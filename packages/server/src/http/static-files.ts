import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { compressedFolders, scripts } from '@live-visitors/shared';
import express, { type RequestHandler, type Response, Router } from 'express';
import { decodedPath } from './request-target.ts';

const immutable = 'public, max-age=31536000, immutable';
// Other sites link to these by name: a new version must arrive within minutes, without a request on every page.
const shortLived = 'public, max-age=300';
const revalidated = 'no-cache';

/** Lets handlers answer requests for the files of the client's build, and leaves all others to the next handlers. */
export function forFiles(pageDir: string | undefined, handlers: RequestHandler[]): RequestHandler {
  const files = listFiles(pageDir);
  const answer = Router().use(...handlers);
  return (request, response, next) => (files.has(decodedPath(request)) ? answer(request, response, next) : next());
}

/** The paths of the files of the client's build; none if there is no build. */
function listFiles(pageDir: string | undefined): Set<string> {
  if (pageDir === undefined || !existsSync(pageDir)) return new Set();
  const files = readdirSync(pageDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const listed = files.map(({ parentPath, name }) => relative(pageDir, join(parentPath, name)).replaceAll(sep, '/'));
  // The folders of compressed copies begin with a dot. These copies have no address of their own.
  return new Set(listed.filter((path) => !path.startsWith('.')).map((path) => `/${path}`));
}

/** Serves the files of the client's build, compressed if the build made such a copy. */
export function serveFiles(pageDir: string | undefined): RequestHandler[] {
  if (pageDir === undefined) return [];
  const compressed = Object.entries(compressedFolders).map(([encoding, folder]): RequestHandler => {
    const serve = serveFolder(join(pageDir, folder), encoding);
    return (request, response, next) => {
      if (request.acceptsEncodings(encoding, 'identity') !== encoding) return next();
      serve(request, response, (error) => {
        // An error, such as a failed precondition (412), is not compressed.
        response.removeHeader('Content-Encoding');
        next(error);
      });
    };
  });
  return [...compressed, serveFolder(pageDir)];
}

function serveFolder(folder: string, encoding?: string): RequestHandler {
  const assets = join(folder, 'assets/');
  const linked = new Set(Object.values(scripts).map((path) => join(folder, path)));

  function cacheControl(path: string): string {
    if (path.startsWith(assets)) return immutable;
    return linked.has(path) ? shortLived : revalidated;
  }

  return express.static(folder, {
    // The files are small. A part of a compressed file is useless, and could be joined to one of another encoding.
    acceptRanges: false,
    // A folder has nothing to show, and the redirect would be an HTML page.
    redirect: false,
    setHeaders(response: Response, path) {
      response.vary('Accept-Encoding').set('Cache-Control', cacheControl(path));
      if (encoding !== undefined) response.set('Content-Encoding', encoding);
      // By its extension, it would be served as a video.
      if (path.endsWith('.d.ts')) response.set('Content-Type', 'text/plain; charset=utf-8');
    },
  });
}
