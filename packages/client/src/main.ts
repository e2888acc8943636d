import { whilePageIsOpen } from './page/page-visit.ts';
import { showAge, showNews } from './page/view.ts';
import { joinAudience } from './sharing/join-audience.ts';
import type { News } from './stream/news.ts';

const join = joinAudience(location.origin);

whilePageIsOpen(() => {
  let news: News | undefined;
  let receivedAt = 0;

  function age() {
    if (news) showAge(news, performance.now() - receivedAt);
  }

  const leave = join((next) => {
    news = next;
    receivedAt = performance.now();
    showNews(next);
    age();
  });
  // A number that stands still grows older on screen too.
  const timer = setInterval(age, 1000);

  return () => {
    clearInterval(timer);
    leave();
  };
});
