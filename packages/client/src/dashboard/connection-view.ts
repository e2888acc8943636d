import type { Connection } from '../stream/connection.ts';
import { create, find, setText } from './dom.ts';
import { formOf } from './formats.ts';
import type { Locale } from './messages/languages.ts';
import { describeConnection } from './wording.ts';

/** The last number that arrived, and its age. */
type Known = { online: number; ageMs: number } | undefined;

/** Shows the state of the connection, and the age of the number unless it is live. */
export function createConnectionView() {
  const state = find('.connection');
  const countdown = find('.countdown');
  const label = find('.online-label');
  const age = find('.age');

  /** @param sinceMs - how long ago `connection` was reported */
  return (connection: Connection, sinceMs: number, known: Known, locale: Locale): void => {
    const { messages, formats } = locale;
    document.body.dataset.connection = connection.state;
    const text = describeConnection(connection, sinceMs, locale);
    const reason = text.detail ? [' ', create('span', { lang: 'en', textContent: text.detail })] : [];
    if (state.textContent !== [text.state, text.detail].filter(Boolean).join(' ')) {
      state.replaceChildren(text.state, ...reason);
    }
    setText(countdown, text.countdown);

    const visitorsHere = formOf(messages.visitorsHere, known?.online ?? 0);
    const isOld = known !== undefined && connection.state !== 'live';
    setText(label, isOld ? visitorsHere : `${visitorsHere} ${messages.rightNow}`);
    setText(age, isOld ? messages.ago(formats.duration(Math.max(1, Math.round(known.ageMs / 1000)))) : '');
  };
}
