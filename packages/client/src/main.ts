import { createRecent, recentSeconds } from './core/recent.ts';
import { openPage } from './page/open-page.ts';
import { environment } from './sharing/environment.ts';
import { lockWay } from './sharing/lock-way.ts';
import { createRoom } from './sharing/room.ts';
import { soloWay } from './sharing/solo-way.ts';
import { workerWay } from './sharing/worker-way.ts';

// The page lies beside the paths of its server, under whatever path that is.
const server = new URL('.', location.href).href.slice(0, -1);
const recent = createRecent(recentSeconds);
const room = createRoom([lockWay, workerWay, soloWay], environment, server, recent);
openPage(server, room, recent);
