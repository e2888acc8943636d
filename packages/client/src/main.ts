import { openPage } from './page/page.ts';
import { lockWay } from './sharing/lock-way.ts';
import { createRoom } from './sharing/room.ts';
import { soloWay } from './sharing/solo-way.ts';
import { workerWay } from './sharing/worker-way.ts';
import { environment } from './stream/environment.ts';
import { createRecent, recentSeconds } from './stream/recent.ts';

// The page lies beside the paths of its server, under whatever path that is.
const server = new URL('.', location.href).href.slice(0, -1);
const recent = createRecent(recentSeconds);
const room = createRoom([lockWay, workerWay, soloWay], environment, server, recent);
openPage(server, room, recent);
