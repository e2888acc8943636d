import { openPage } from './dashboard/open-dashboard.ts';
import { createDocumentSubscription } from './document-subscription.ts';
import { environment } from './stream/browser-environment.ts';
import { createRecent, recentSeconds } from './stream/recent.ts';
import { sharedWorker } from './tabs/shared-worker.ts';
import { unshared } from './tabs/unshared.ts';
import { webLocks } from './tabs/web-locks.ts';

// The page lies beside the paths of its server, under whatever path that is.
const server = new URL('.', location.href).href.slice(0, -1);
const recent = createRecent(recentSeconds);
const subscription = createDocumentSubscription([webLocks, sharedWorker, unshared], environment, server, recent);
openPage(server, subscription, recent);
