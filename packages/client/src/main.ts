import { Dashboard } from './dashboard/dashboard.ts';
import { createDocumentSubscription } from './document-subscription.ts';
import { environment } from './stream/browser-environment.ts';
import { createRecent, recentSeconds } from './stream/recent.ts';
import { sharedWorker } from './tabs/shared-worker.ts';
import { unshared } from './tabs/unshared.ts';
import { webLocks } from './tabs/web-locks.ts';

// The dashboard is served beside the other paths of its server, which may be under a path of its own.
const server = new URL('.', location.href).href.slice(0, -1);
const recent = createRecent(recentSeconds);
const subscription = createDocumentSubscription([webLocks, sharedWorker, unshared], environment, server, recent);
new Dashboard(server, subscription, recent);
