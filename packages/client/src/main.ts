import { createRecent, recentSeconds } from './stream/recent.ts';
import { openPage } from './dashboard/open-dashboard.ts';
import { environment } from './stream/browser-environment.ts';
import { lockWay } from './tabs/web-locks.ts';
import { createRoom } from './document-subscription.ts';
import { soloWay } from './tabs/unshared.ts';
import { workerWay } from './tabs/shared-worker.ts';

// The page lies beside the paths of its server, under whatever path that is.
const server = new URL('.', location.href).href.slice(0, -1);
const recent = createRecent(recentSeconds);
const room = createRoom([lockWay, workerWay, soloWay], environment, server, recent);
openPage(server, room, recent);
