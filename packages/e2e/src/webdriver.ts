import { randomUUID } from 'node:crypto';

type Method = 'GET' | 'POST' | 'DELETE';

/** How long to wait for an answer. */
const deadlineMs = 60_000;
const scriptDeadlineMs = 20_000;

/** A session of a WebDriver server: one browser, with a profile of its own. */
export type Session = Awaited<ReturnType<typeof startSession>>;

/**
 * Starts a browser by a WebDriver server (https://www.w3.org/TR/webdriver2/). Commands of one session run one after the
 * other, as those for a window go to the one that was switched to last.
 */
export async function startSession(server: string, capabilities: object) {
  const { sessionId } = await send<{ sessionId: string }>('POST', `${server}/session`, {
    capabilities: { alwaysMatch: capabilities },
  });
  const session = `${server}/session/${sessionId}`;
  // The tab that the browser starts with stays: a command needs one that is open, be it for another.
  const first = await send<string>('GET', `${session}/window`);
  let current = first;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = last.then(task);
    last = result.catch(() => {});
    return result;
  }

  async function switchTo(handle: string) {
    if (current !== handle) await send('POST', `${session}/window`, { handle });
    current = handle;
  }

  /** Sends a command to the tab with that handle. */
  function command<Result>(handle: string, method: Method, path: string, body?: object) {
    return inTurn(async () => {
      await switchTo(handle);
      return send<Result>(method, `${session}/${path}`, body);
    });
  }

  return {
    command,

    /**
     * Runs a script in the tab with that handle. WebKit sometimes loses a script to a process that the tab is leaving, and
     * never answers. Then this sends it again. A document that received it the first time, and was only slow, refuses the
     * second.
     */
    execute<Result>(handle: string, script: string, args: unknown[]): Promise<Result> {
      const id = randomUUID();
      const body = { script: `(${receiveOnce})('${id}'); ${script}`, args };
      const run = () => send<Result>('POST', `${session}/execute/sync`, body, scriptDeadlineMs);
      return inTurn(async () => {
        await switchTo(handle);
        return run().catch((error) => {
          if (error.cause?.name !== 'TimeoutError') throw error;
          console.warn(`The browser did not answer within ${scriptDeadlineMs} ms. Sending the script again: ${script}`);
          return run();
        });
      });
    },

    /** Opens a tab. Returns its handle. */
    async openTab(): Promise<string> {
      const { handle } = await command<{ handle: string }>(first, 'POST', 'window/new', { type: 'tab' });
      return handle;
    },

    /** Closes the browser. */
    end: () => inTurn(() => send('DELETE', session)),
  };
}

/** Runs in the page. Throws if this document has received the script before. */
function receiveOnce(id: string): void {
  const received = window as { lastScript?: string };
  if (received.lastScript === id)
    throw new Error('The document received this script before, but did not answer in time.');
  received.lastScript = id;
}

async function send<Result>(method: Method, url: string, body: object = {}, timeoutMs = deadlineMs): Promise<Result> {
  const response = await fetch(url, {
    method,
    ...(method === 'POST' && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause) => {
    throw new Error(`${method} ${url} had no answer`, { cause });
  });
  // By the standard, every answer is such an object.
  const { value } = (await response.json()) as { value: Result };
  if (!response.ok) throw new Error(`${method} ${url}: ${JSON.stringify(value)}`);
  return value;
}
