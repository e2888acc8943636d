import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** Sends a request with these headers and no others, which `fetch` cannot do, and gives the body as it was sent. */
export async function sendRaw(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const asking = request(url, { headers, method, agent: false }).end();
  // What Node hands to a listener for this event.
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(await response.toArray()) };
}
