import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startBuilt } from './program.ts';

/** Gives the tests around it a browser that they share, and each of them a built server of its own. */
export function useBuiltServer<Started extends { close: () => Promise<unknown> }>(launch: () => Promise<Started>) {
  let browser: Started;
  let server: Awaited<ReturnType<typeof startBuilt>>;

  beforeAll(async () => {
    browser = await launch();
  });
  beforeEach(async () => {
    server = await startBuilt();
  });
  // Hooks that are set up later run earlier: what a test has opened is closed by now.
  afterEach(() => server.kill());
  afterAll(() => browser.close());

  return {
    browser: () => browser,
    server: () => server,

    /** Ends the server without a word, and starts another in its place. */
    async restartServer() {
      server = await server.restart();
    },
  };
}
