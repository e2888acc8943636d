import type { Saying } from './announcer.ts';
import { find } from './dom.ts';
import type { Speech } from './locale.ts';
import type { Words } from './messages/messages.ts';

export type Notice = 'partial' | 'buffered' | 'silent';

/** The line that makes nginx pass events on as they come. */
const cure = 'proxy_buffering off;';

export function sayNotice(notice: Notice, { fixed }: Words): Saying {
  return { text: notice === 'partial' ? fixed[notice] : `${fixed[notice]} ${cure}` };
}

/** Shows what is to be known besides the state of the connection. What is shown already is left alone. */
export function createNoticesView() {
  const element = find('.notices');
  let shown = '';

  return (notices: readonly Notice[], { language, words }: Speech): void => {
    const key = [language, ...notices].join();
    if (key === shown) return;
    shown = key;
    element.replaceChildren(
      ...notices.map((notice) => {
        const line = document.createElement('p');
        line.dataset.notice = notice;
        line.append(words.fixed[notice]);
        if (notice !== 'partial') {
          const code = document.createElement('code');
          code.textContent = cure;
          line.append(' ', code);
        }
        return line;
      }),
    );
  };
}
