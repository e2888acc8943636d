import { showAge, showNews } from './page/view.ts';
import { lockWay } from './sharing/lock-way.ts';
import { createRoom } from './sharing/room.ts';
import { soloWay } from './sharing/solo-way.ts';
import { workerWay } from './sharing/worker-way.ts';
import { environment } from './stream/environment.ts';
import type { News } from './stream/news.ts';
import { createRecent, recentSeconds } from './stream/recent.ts';

let news: News | undefined;
let receivedAt = 0;

function age() {
  if (news) showAge(news, performance.now() - receivedAt);
}

const recent = createRecent(recentSeconds);
const room = createRoom([lockWay, workerWay, soloWay], environment, location.origin, recent);
room.listen({
  observe: false,
  onNews(next) {
    news = next;
    receivedAt = performance.now();
    showNews(next);
    age();
  },
});
// A number that stands still grows older on screen too.
setInterval(age, 1000);
