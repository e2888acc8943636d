import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { compressedFolders, scripts } from '@live-visitors/shared';
import express, { type RequestHandler, Router } from 'express';
import { decodedPath } from './request-target.ts';

// Other sites link to these by name: a new version must arrive within minutes, without a request on every page.
const linked: readonly string[] = Object.values(scripts);

function cacheControl(path: string): string {
  if (path.startsWith('/assets/')) return 'public, max-age=31536000, immutable';
  return linked.includes(path) ? 'public, max-age=300' : 'no-cache';
}

/** Serves the files of the client's build. Requests for anything else are left to the next handlers. */
export function createFileRoutes(pageDir: string | undefined) {
  const files = new Set(pageDir === undefined ? [] : listFiles(pageDir));
  // The compressed copies have no address of their own.
  const has = (path: string) => files.has(path) && !path.startsWith('/.');
  const options = {
    dotfiles: 'allow',
    // The files are small. A part of a compressed file is useless, and could be joined to one of another encoding.
    acceptRanges: false,
  };
  const send = pageDir === undefined ? undefined : express.static(pageDir, options);

  /** Sends a file, compressed if the build made such a copy. */
  const sendFile: RequestHandler = (request, response, next) => {
    const path = decodedPath(request);
    const { url } = request;
    if (send === undefined || !has(path)) return next();
    const copies = Object.entries(compressedFolders).filter(([, folder]) => files.has(`/${folder}${path}`));
    const accepted = copies.find(([encoding]) => request.acceptsEncodings(encoding, 'identity') === encoding);
    response.vary('Accept-Encoding').set('Cache-Control', cacheControl(path));
    // The ending is also that of a video format.
    if (path.endsWith('.d.ts')) response.set('Content-Type', 'text/plain; charset=utf-8');
    if (accepted !== undefined) {
      const [encoding, folder] = accepted;
      response.set('Content-Encoding', encoding);
      request.url = `/${folder}${request.path}`;
    }
    send(request, response, (error) => {
      // An error, such as a failed precondition (412), is not compressed. The app may have answered by now.
      if (!response.headersSent) response.removeHeader('Content-Encoding');
      request.url = url;
      next(error);
    });
  };

  return {
    sendFile,

    /** Lets handlers answer requests for the files. */
    forFiles(...handlers: RequestHandler[]): RequestHandler {
      const answer = Router().use(...handlers);
      return (request, response, next) => (has(decodedPath(request)) ? answer(request, response, next) : next());
    },
  };
}

/** The paths of the files of the client's build. */
function listFiles(pageDir: string): string[] {
  const files = readdirSync(pageDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => `/${relative(pageDir, join(parentPath, name))}`.replaceAll(sep, '/'));
}
