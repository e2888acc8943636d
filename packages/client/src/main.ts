import { openPage } from './dashboard/open-dashboard.ts';
import { createRecent, recentSeconds } from './stream/recent.ts';
import { subscriptionTo } from './widget/document-subscriptions.ts';

// The page lies beside the paths of its server, under whatever path that is.
const server = new URL('.', location.href).href.slice(0, -1);
const recent = createRecent(recentSeconds);
openPage(server, subscriptionTo(server, recent), recent);
