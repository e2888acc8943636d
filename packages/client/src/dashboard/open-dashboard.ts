import type { Snapshot } from '@live-visitors/shared';
import type { DocumentSubscription } from '../document-subscription.ts';
import type { Recent } from '../stream/recent.ts';
import type { Update } from '../update.ts';
import { createAnnouncementView } from './announcement-view.ts';
import { createPastView } from './chart-view.ts';
import { createStandingView } from './connection-view.ts';
import { createDayWish, readDay } from './day-loader.ts';
import { makeDefinitionDismissible } from './definition.ts';
import { createDiagnosis } from './diagnosis.ts';
import { createEmbedDialog } from './embed/dialog.ts';
import { createFiguresView } from './figures-view.ts';
import { offerLanguages, readChoice } from './language-choice.ts';
import { createSpeech, showFixedWords } from './locale.ts';
import { createNoticesView, type Notice, sayNotice } from './notices-view.ts';
import { createPeakTime } from './peak-time.ts';
import { askServer, createSilenceWatch } from './silence-watch.ts';
import { markTab } from './tab-mark.ts';
import { sayStanding } from './wording.ts';

const name = 'Live Visitors';

const now = () => performance.now();
const isVisible = () => document.visibilityState === 'visible';

/**
 * Shows what the subscription tells. What drives the page is its update; a timer only makes numbers older that stand still,
 * and announces what had to wait.
 *
 * @param server - its URL, without a slash at the end
 */
export function openPage(server: string, subscription: DocumentSubscription, recent: Recent): void {
  const choice = readChoice();
  let speech = createSpeech(choice);
  let connection: Update['connection'] = { state: 'connecting' };
  let since = now();
  let last: { snapshot: Snapshot; heardAt: number } | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;

  const peakTime = createPeakTime();
  const diagnosis = createDiagnosis();
  const silence = createSilenceWatch(() => askServer(server), now);
  const showFigures = createFiguresView(peakTime);
  const showStanding = createStandingView();
  const showNotices = createNoticesView();
  const past = createPastView(recent, now, () => {
    askForDay();
    show();
  });
  const embed = createEmbedDialog(server, subscription);
  const announcement = createAnnouncementView(now);
  const wishForDay = createDayWish(
    () => readDay(server),
    now,
    (day) => {
      if (day) peakTime.learn(day.peak);
      past.learnDay(day);
      show();
    },
  );

  function speak(): void {
    showFixedWords(speech);
    embed.speak(speech);
    announcement.clear();
    show();
  }

  function show(): void {
    if (last) showFigures(last.snapshot, speech);
    if (last && isVisible()) past.show(speech);
    showMoment();
  }

  /** Shows what changes without update. */
  function showMoment(): void {
    const known = last && { online: last.snapshot.online, ageMs: now() - last.heardAt };
    silence.check(connection);
    showStanding(connection, now() - since, known, speech);
    const found = notices();
    showNotices(found, speech);
    const { words, formats } = speech;
    announcement.hear([
      ...sayStanding(connection, known?.online, words, formats),
      ...found.map((notice) => sayNotice(notice, words)),
    ]);
    const online = known && { text: formats.count(known.online), ageMs: known.ageMs };
    markTab({ online, isLive: connection.state === 'live', name });
  }

  function notices(): Notice[] {
    const found: Notice[] = [];
    if (last?.snapshot.partial) found.push('partial');
    if (diagnosis.isBuffered()) found.push('buffered');
    else if (silence.isSilent()) found.push('silent');
    return found;
  }

  function hear(update: Update): void {
    connection = update.connection;
    since = now();
    if (update.last) hearSnapshot(update.last.snapshot, since - update.last.ageMs);
    if (connection.state === 'offline') diagnosis.reset();
    show();
    clearInterval(timer);
    timer = setInterval(showMoment, 1000);
  }

  function hearSnapshot(snapshot: Snapshot, heardAt: number): void {
    const isFirst = last === undefined;
    last = { snapshot, heardAt };
    diagnosis.hear({ receivedAt: heardAt, at: snapshot.at, visible: isVisible() });
    peakTime.hear(snapshot);
    // The first one is shown before anything else is asked for.
    if (!isFirst) askForDay();
  }

  function askForDay(): void {
    if (!last || connection.state !== 'live' || !isVisible()) return;
    const isPeakTimeUnknown = peakTime.of(last.snapshot.peak) === undefined;
    if (past.period() === 'day' || isPeakTimeUnknown) wishForDay();
  }

  offerLanguages(choice, (next) => {
    speech = createSpeech(next);
    speak();
  });
  makeDefinitionDismissible();
  document.addEventListener('visibilitychange', show);
  // A page that comes back from the back/forward cache must not look live until it is.
  addEventListener('pagehide', () => hear({ connection: { state: 'connecting' } }));
  speak();
  subscription.listen({ observe: false, onUpdate: hear });
}
