import type { Connection } from '../stream/connection.ts';
import { find, setText } from './dom.ts';
import type { Speech } from './locale.ts';
import { describeConnection } from './wording.ts';

/** What is known of the number: undefined while none has come. */
export type Known = { online: number; ageMs: number } | undefined;

/** Shows how the page stands with the server, and how old the number is, unless it is live. */
export function createStandingView() {
  const state = find('.connection');
  const countdown = find('.countdown');
  const label = find('.online-label');
  const age = find('.age');

  function showState(text: string, reason: string | undefined): void {
    const whole = reason === undefined ? text : `${text} ${reason}`;
    if (state.textContent === whole) return;
    state.textContent = text;
    if (reason === undefined) return;
    const said = document.createElement('span');
    said.lang = 'en';
    said.textContent = reason;
    state.append(' ', said);
  }

  /** @param sinceMs - how long ago the connection was so */
  return (connection: Connection, sinceMs: number, known: Known, { words, formats }: Speech): void => {
    document.body.dataset.connection = connection.state;
    const standing = describeConnection(connection, sinceMs, words, formats);
    showState(standing.state, standing.reason);
    setText(countdown, standing.countdown);

    const visitorsHere = formats.noun(known?.online ?? 0, words.visitorsHere);
    const isOld = known !== undefined && connection.state !== 'live';
    setText(label, isOld ? visitorsHere : `${visitorsHere} ${words.rightNow}`);
    setText(age, isOld ? words.ago(formats.duration(Math.max(1, Math.round(known.ageMs / 1000)))) : '');
  };
}
