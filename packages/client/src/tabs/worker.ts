import { createHub, type FromTab } from './shared-worker-host.ts';
import { randomId } from './identity.ts';
import { createRecent, recentSeconds } from '../stream/recent.ts';
import { environment } from '../stream/browser-environment.ts';
import type { FromWorker } from './shared-worker.ts';

declare const self: {
  /** The page's name for this worker ends with the server's URL. */
  readonly name: string;
  onconnect: (event: MessageEvent) => void;
};

const server = self.name.slice(self.name.lastIndexOf(' ') + 1);
const hub = createHub(environment, { server, browser: randomId(), recent: createRecent(recentSeconds) });
setInterval(hub.check, 1000);

self.onconnect = ({ ports: [port] }) => {
  if (!port) return;
  const say = (message: FromWorker) => port.postMessage(message);
  port.onmessage = ({ data }: MessageEvent<FromTab>) =>
    hub.hear(data, (news, counted) => say({ type: 'news', news, counted }));
  say({ type: 'ready' });
};
