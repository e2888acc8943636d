import type { Recent } from './dashboard/recent.ts';
import type { Claim } from './stream/claim.ts';
import { keepOpen, type StreamEnvironment, type StreamOptions } from './stream/keep-open.ts';
import { Group, type GroupEnvironment, type Leadership } from './tabs/group.ts';
import type { meet } from './tabs/meet.ts';
import { sharedOf, type TabDocument, version } from './tabs/messages.ts';
import type { onWake } from './tabs/page-lifecycle.ts';
import { tabIdOf } from './tabs/roster.ts';
import { isUpdate, type Update } from './update.ts';

export type BrowserEnvironment = StreamEnvironment & GroupEnvironment & { meet: typeof meet; onWake: typeof onWake };

export type JoinOptions = Pick<StreamOptions, 'server' | 'current' | 'onUpdate'> & {
  /** This document. What it wants may change; `announce` makes it known. */
  self: TabDocument;
  /** What was online before, if the document shows it. */
  recent?: Recent | undefined;
};

export type Joined = ReturnType<typeof joinBrowser>;

const isShared = sharedOf(isUpdate);

/** Joins the documents of this browser, whose leader keeps their one stream open and shares what comes. */
export function joinBrowser(environment: BrowserEnvironment, options: JoinOptions) {
  const { server, self, recent, current, onUpdate } = options;
  let group: Group<Update> | undefined;
  let hasLeft = false;
  const poll = () => group?.poll();
  const stopWaking = environment.onWake(poll);

  function lead(browserId: string): Leadership<Update> {
    const stream = keepOpen(environment, {
      server,
      browserId,
      missingSeconds: () => recent?.missingSeconds() ?? 0,
      current,
      onAcknowledged: (tabIds) => group?.roster.acknowledge(tabIds),
      onUpdate(update) {
        onUpdate(update);
        group?.share(update);
      },
      onDue: poll,
    });
    return {
      keep: (documents) => stream.keep(documents && claimOf(documents)),
      current: () => ({ ...current(), past: recent?.read() }),
      stop: stream.stop,
    };
  }

  function onSilence(): void {
    const { connection, last } = current();
    if (connection.state === 'live') onUpdate({ connection: { state: 'stale' }, last });
  }

  const channelName = `live-visitors ${version} ${server}`;
  void environment
    .meet(channelName, self.name, (message) => group?.hear(message))
    .then((meeting) => {
      if (hasLeft) meeting.close();
      else group = new Group(environment, meeting, { self, lead, hear: onUpdate, onSilence, isShared });
    });

  return {
    announce: () => group?.announce(),
    leave(): void {
      hasLeft = true;
      group?.leave();
      stopWaking();
    },
  };
}

/** What the server is told: how many tabs are counted, the ids of those that it has not acknowledged, and their pages. */
function claimOf(documents: readonly TabDocument[]): Claim {
  const counted = new Set(documents.filter(({ observes }) => !observes).map(tabIdOf));
  // Documents in the frames of one tab are one visit. A silent tab will say itself whether it is new.
  const notNew = new Set(documents.filter(({ visit }) => visit !== 'new').map(tabIdOf));
  const arrivals = [...counted].filter((tabId) => !notNew.has(tabId));
  // A tab may be on a page in several frames, and is on it once.
  const visits = new Map(
    documents.flatMap((each) => each.on.map((name) => [`${tabIdOf(each)}/${name}`, name] as const)),
  );
  // In order, as the documents come in any: the same pages must be the same claim.
  const page = [...visits.values()].sort();
  const watch = [...new Set(documents.flatMap((each) => each.watch))].filter((name) => !page.includes(name)).sort();
  return { tabs: counted.size, arrivals, page, watch };
}
