import type { Claim } from './stream/claim.ts';
import type { StreamEnvironment } from './stream/environment.ts';
import { keepOpen } from './stream/keep-open.ts';
import type { Recent } from './stream/recent.ts';
import type { GroupEnvironment, Leader } from './tabs/environment.ts';
import { Group } from './tabs/group.ts';
import { randomId } from './tabs/identity.ts';
import { type Member, version } from './tabs/messages.ts';
import { tabOf } from './tabs/roster.ts';
import { isUpdate, type OnUpdate, type Update } from './update.ts';

export type BrowserEnvironment = StreamEnvironment &
  GroupEnvironment & {
    /** Calls back each second, and whenever the page or the network wakes up. Returns how to stop. */
    onWake: (check: () => void) => () => void;
  };

export type JoinOptions = {
  /** The server's URL, without a slash at the end. */
  server: string;
  /** This document. `observes` may change; `check` makes it known. */
  self: Member;
  /** What was online before, where anyone wants to know. */
  recent?: Recent | undefined;
  /** What was told last. */
  current: () => Update;
  onUpdate: OnUpdate;
};

export type Joined = { check: () => void; leave: () => void };

/** Joins the documents of this browser, whose leader keeps their one stream open and shares what comes. */
export function joinBrowser(environment: BrowserEnvironment, options: JoinOptions): Joined {
  const { server, self, recent, current, onUpdate } = options;
  let group: Group<Update> | undefined;
  let hasLeft = false;
  const check = () => group?.check();
  const stopWaking = environment.onWake(check);

  function lead(browser: string): Leader<Update> {
    const stream = keepOpen(environment, {
      server,
      browser,
      historySeconds: recent?.seconds ?? 0,
      known: current(),
      onAcknowledged: (tabs) => group?.roster.acknowledge(tabs),
      onUpdate(update) {
        onUpdate(update);
        group?.share(update);
      },
      onDue: check,
    });
    return {
      check: (members) => stream.check(members && claimOf(members)),
      current: () => ({ ...stream.update(), past: recent?.read() }),
      stop: stream.stop,
    };
  }

  function onSilence(): void {
    const { connection, last } = current();
    if (connection.state === 'live') onUpdate({ connection: { state: 'stale' }, last });
  }

  const name = `live-visitors ${version} ${server}`;
  void environment
    .meet(name, self.name, (message) => group?.hear(message))
    .then((meeting) => {
      if (hasLeft) meeting.close();
      else
        group = new Group(environment, meeting, {
          self,
          id: randomId(),
          lead,
          hear: onUpdate,
          onSilence,
          isPayload: isUpdate,
        });
    });

  return {
    check,
    leave() {
      hasLeft = true;
      stopWaking();
      group?.leave();
    },
  };
}

/** What the server is told of all: how many tabs are counted, and the ids of those that it has not acknowledged. */
function claimOf(members: readonly Member[]): Claim {
  const tabs = new Set(members.filter(({ observes }) => !observes).map(tabOf));
  // Documents in the frames of one tab are one visit. Whether a tab is new that has said nothing, it says itself.
  const known = new Set(members.filter(({ acknowledged }) => acknowledged !== false).map(tabOf));
  return { tabs: tabs.size, arrivals: [...tabs].filter((id) => !known.has(id)) };
}
