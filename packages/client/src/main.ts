import { environment } from './browser-environment.ts';
import { Dashboard } from './dashboard/dashboard.ts';
import { createRecent, recentSeconds } from './dashboard/recent.ts';
import { subscriptionTo } from './subscription-to.ts';

// The dashboard is served beside the other paths of its server, which may be under a path of its own.
const server = new URL('.', location.href).href.slice(0, -1);
const recent = createRecent(recentSeconds, environment.now);
new Dashboard(server, subscriptionTo(server, recent), recent);
