import type { StreamEnvironment } from './stream/environment.ts';
import type { Recent } from './stream/recent.ts';
import { createIdentity } from './tabs/identity.ts';
import { type Join, joinBy, type Strategy } from './tabs/strategy.ts';
import { whilePageIsOpen } from './tabs/while-open.ts';
import type { OnUpdate, Update } from './update.ts';

type Listener = { observe: boolean; onUpdate: OnUpdate };
type Mode = 'count' | 'observe' | 'away';

/**
 * All in one document who listen to the same server: they share one place in the audience, which is counted if one of
 * them wants it to be.
 *
 * @param server - the server's URL, without a slash at the end
 */
export function createDocumentSubscription(
  strategies: readonly Strategy[],
  environment: StreamEnvironment,
  server: string,
  recent?: Recent,
) {
  // Those who are counted and those who are not have a stream each, and so an id of their own: by one that both had, the
  // server would take one stream for the other's successor.
  const joins = {
    count: joinBy(strategies, environment, { server, observe: false, recent }, createIdentity()),
    observe: joinBy(strategies, environment, { server, observe: true, recent }, { ...createIdentity(), counted: true }),
  };
  const listeners = new Set<Listener>();
  let mode: Mode = 'away';
  let leave = () => {};
  let latest: { update: Update; receivedAt: number } | undefined;

  function wanted(): Mode {
    if (listeners.size === 0) return 'away';
    return [...listeners].some(({ observe }) => !observe) ? 'count' : 'observe';
  }

  function settle(): void {
    const next = wanted();
    if (next === mode) return;
    leave();
    mode = next;
    latest = undefined;
    leave = next === 'away' ? () => {} : whilePageIsOpen(() => enter(joins[next]));
  }

  function enter(join: Join): () => void {
    // A page that comes back from the back/forward cache shows what it showed, and must not look live.
    const known = aged();
    if (known) spread({ ...known, connection: { state: 'connecting' } });
    return join(spread);
  }

  /** What was heard last, as old as it is now. */
  function aged(): Update | undefined {
    if (latest === undefined) return undefined;
    const { connection, last } = latest.update;
    const elapsedMs = environment.now() - latest.receivedAt;
    return {
      connection: 'inMs' in connection ? { ...connection, inMs: Math.max(0, connection.inMs - elapsedMs) } : connection,
      last: last && { ...last, ageMs: last.ageMs + elapsedMs },
    };
  }

  function spread(update: Update): void {
    latest = { update, receivedAt: environment.now() };
    recent?.learn(update);
    for (const { onUpdate } of listeners) onUpdate(update);
  }

  return {
    /** Listens from now on. Returns how to stop. */
    listen(listener: Listener): () => void {
      listeners.add(listener);
      const known = aged();
      if (known) listener.onUpdate(known);
      // An element that is moved leaves and comes back in one go.
      queueMicrotask(settle);
      return () => {
        listeners.delete(listener);
        queueMicrotask(settle);
      };
    },
  };
}

export type DocumentSubscription = ReturnType<typeof createDocumentSubscription>;
