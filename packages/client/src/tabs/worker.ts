import { environment } from '../stream/browser-environment.ts';
import { createRecent, recentSeconds } from '../stream/recent.ts';
import { randomId } from './identity.ts';
import type { FromWorker } from './shared-worker.ts';
import { createSharedWorkerHost, type FromTab } from './shared-worker-host.ts';

declare const self: {
  /** The page's name for this worker ends with the server's URL. */
  readonly name: string;
  onconnect: (event: MessageEvent) => void;
};

const server = self.name.slice(self.name.lastIndexOf(' ') + 1);
const host = createSharedWorkerHost(environment, { server, browser: randomId(), recent: createRecent(recentSeconds) });
setInterval(host.check, 1000);

self.onconnect = ({ ports: [port] }) => {
  if (!port) return;
  const say = (message: FromWorker) => port.postMessage(message);
  port.onmessage = ({ data }: MessageEvent<FromTab>) =>
    host.hear(data, (update, counted) => say({ type: 'update', update, counted }));
  say({ type: 'ready' });
};
