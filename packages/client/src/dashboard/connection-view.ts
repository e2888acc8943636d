import type { Update } from '../update.ts';
import { create, find, setText } from './dom.ts';
import { formOf } from './formats.ts';
import type { Locale } from './messages/languages.ts';
import { describeConnection } from './wording.ts';

/** Shows the state of the connection, and the age of the number unless it is live. */
export function showConnection({ connection, last }: Update, locale: Locale): void {
  const { messages, formats } = locale;
  document.body.dataset.connection = connection.state;
  const { state, detail, countdown } = describeConnection(connection, locale);
  const element = find('.connection');
  if (element.textContent !== [state, detail].filter(Boolean).join(' ')) {
    element.replaceChildren(state, ...(detail ? [' ', create('span', { lang: 'en', textContent: detail })] : []));
  }
  setText(find('.countdown'), countdown);

  const visitorsHere = formOf(messages.visitorsHere, last?.snapshot.online ?? 0);
  const isOld = last !== undefined && connection.state !== 'live';
  setText(find('.online-label'), isOld ? visitorsHere : `${visitorsHere} ${messages.rightNow}`);
  setText(find('.age'), isOld ? messages.ago(formats.duration(Math.max(1, Math.round(last.ageMs / 1000)))) : '');
}
