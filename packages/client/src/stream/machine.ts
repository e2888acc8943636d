import { type EventMap, maxPages, maxTabs, tickMs } from '@live-visitors/shared';
import { lookUpAfterMs, lookUpEveryMs, lostAfterMs, staleAfterMs, twoStreamsWithinMs } from '../timing.ts';
import type { Figures } from '../update.ts';
import { type Claim, isOutdated, limited } from './claim.ts';
import type { Connection } from './connection.ts';
import { backoffMs, reconnectInMs, retryInMs } from './retry.ts';
import type { Context, Effect, Phase, State, Stream, StreamEvent } from './state.ts';

const reason = 'The server says not to reconnect (204).';
const stopped: Connection = { state: 'refused', reason, inMs: Infinity };

/** A state that is being changed by an event. */
type Draft = State & Context & { effects: Effect[] };

/** Keeps a stream open: says what is to be done when something has happened, and how things stand then. */
export function step(before: State, event: StreamEvent, context: Context): { state: State; effects: Effect[] } {
  const draft: Draft = { ...before, ...context, effects: [] };
  if (event.type === 'keep') keep(draft, event.claim);
  else if (event.type === 'lookedUp') hearLookUp(draft, event.figures);
  else if (event.type === 'stopped') end(draft, streamsOf(draft.phase), Infinity, stopped);
  else if (streamsOf(draft.phase).includes(event.stream)) hearStream(draft, event);
  return { state: draft, effects: draft.effects };
}

function hearStream(draft: Draft, event: Exclude<StreamEvent, { type: 'keep' | 'lookedUp' | 'stopped' }>): void {
  const { stream } = event;
  switch (event.type) {
    case 'welcome':
      hearWelcome(draft, stream, event.payload);
      break;
    case 'visitors':
      draft.heardAt = draft.now;
      // The server sends the pages in the same write.
      if (pagesOf(stream.claim).length > 0) draft.pending = event.payload;
      else tell(draft, { state: 'live' }, { snapshot: event.payload });
      break;
    case 'pages':
      if (draft.pending) tell(draft, { state: 'live' }, { snapshot: draft.pending, pages: event.payload.online });
      break;
    case 'farewell': {
      const { reason, reconnectInMs } = event.payload;
      // No other client has this id: two tabs of the browser led for a moment, and this one still leads.
      const inMs = reason === 'replaced' ? backoffMs(++draft.failures, draft.random) : reconnectInMs;
      end(draft, [stream], inMs, { state: 'reconnecting', inMs });
      break;
    }
    case 'refused': {
      const { status, detail: reason } = event.payload;
      if (status === 429) draft.limit = Math.max(1, draft.accepted);
      const inMs = retryInMs(event.payload, ++draft.failures, draft.random);
      // With a status from 500 on, it is the server that is in trouble (RFC 9110 §15.6).
      const isRefusal = status < 500;
      const refused: Connection = { state: 'refused', reason, status, inMs };
      end(draft, [stream], inMs, isRefusal ? refused : { state: 'reconnecting', inMs });
      break;
    }
    case 'lost':
      fail(draft, stream);
      break;
    default:
      event satisfies never;
  }
}

function hearLookUp(draft: Draft, figures: Figures | undefined): void {
  const { phase, lookedUpAt } = draft;
  if (!needsLookUp(draft)) return;
  // The server may have answered before it knew the stream that is being opened, so that this tab is missing in the count.
  if ('next' in phase && phase.next.openedAt >= lookedUpAt) draft.lookedUpAt = Number.NEGATIVE_INFINITY;
  else if (figures) tell(draft, { state: 'delayed' }, figures);
  else if (draft.connection.state === 'delayed') tell(draft, lost(draft));
}

function hearWelcome(draft: Draft, next: Stream, payload: EventMap['welcome']): void {
  const { phase, effects, now } = draft;
  const { renewWithinMs = Infinity, tabs, history } = payload;
  if (phase.name === 'renewing') effects.push({ type: 'close', stream: phase.stream });
  draft.phase = { name: 'open', stream: next, renewAt: now + renewWithinMs, notBefore: next.notBefore };
  draft.heardAt = now;
  draft.failures = 0;
  draft.accepted = tabs;
  // From the same address, the server never refuses a stream that replaces another one: it counts the tabs for which there
  // is room. From another address, as on a change from Wi-Fi to a mobile network, it may answer 429.
  draft.limit = maxTabs;
  effects.push({ type: 'welcome', arrivals: next.claim.arrivals, past: history });
}

function keep(draft: Draft, claim: Claim | undefined): void {
  const { phase, now, heardAt } = draft;
  const silenceMs = now - heardAt;
  if ('stream' in phase && silenceMs >= lostAfterMs) end(draft, streamsOf(phase), 0);
  else if ('next' in phase && now - phase.next.openedAt >= lostAfterMs) {
    // If the server answers look-ups, it has counted this tab, and would drop it unless the next stream is opened at once.
    if (draft.connection.state === 'delayed') end(draft, [phase.next], 0);
    else fail(draft, phase.next);
  } else if (silenceMs >= staleAfterMs && draft.connection.state === 'live') tell(draft, { state: 'stale' });

  if (claim === undefined) {
    for (const stream of streamsOf(draft.phase)) draft.effects.push({ type: 'close', stream });
    draft.phase = { name: 'idle' };
  } else if (isDue(draft, claim)) {
    open(draft, claim);
  }

  if (!needsLookUp(draft) || now - draft.lookedUpAt < lookUpEveryMs) return;
  // This tab is not counted before the request for the next stream arrives, which a look-up may overtake.
  if ('next' in draft.phase && now - draft.phase.next.openedAt < tickMs) return;
  draft.lookedUpAt = now;
  draft.effects.push({ type: 'lookUp', page: claim ? pagesOf(limited(claim, draft.limit)).slice(0, maxPages) : [] });
}

/** Whether it is time for the next stream. */
function isDue({ phase, now, isOnline, connection, limit }: Draft, claim: Claim): boolean {
  if (phase.name === 'waiting') return now >= phase.notBefore || (isOnline && connection.state === 'offline');
  if (phase.name !== 'open') return phase.name === 'idle';
  return now >= phase.notBefore && (now >= phase.renewAt || isOutdated(phase.stream.claim, claim, limit));
}

/** Whether the count has to be looked up, because no event brings it. */
function needsLookUp({ phase, connection, now, heardAt }: Draft): boolean {
  if (phase.name === 'idle' || connection.state === 'delayed') return true;
  return phase.name !== 'waiting' && now - heardAt >= lookUpAfterMs;
}

/** Opens the first stream, or the one that is to replace the stream that is open. */
function open(draft: Draft, claim: Claim): void {
  const { phase, now } = draft;
  // It is time to ask whether there is room for more tabs.
  if (phase.name === 'open' && now >= phase.renewAt) draft.limit = maxTabs;
  const notBefore = phase.name === 'open' ? phase.stream.openedAt + twoStreamsWithinMs : now;
  const next = { claim: limited(claim, draft.limit), openedAt: now, notBefore };
  if (phase.name === 'open') {
    draft.phase = { name: 'renewing', stream: phase.stream, renewAt: phase.renewAt, next };
  } else {
    draft.phase = { name: 'opening', next };
    draft.heardAt = now;
  }
  draft.effects.push({ type: 'open', stream: next });
}

/** A stream broke off without a farewell, or stayed silent. */
function fail(draft: Draft, stream: Stream): void {
  const { phase, random } = draft;
  const isNext = 'next' in phase && phase.next === stream;
  end(draft, [stream], isNext ? backoffMs(++draft.failures, random) : reconnectInMs(random));
}

/** Closes streams that have ended. If none is left, the next is opened after a wait. */
function end(draft: Draft, streams: Stream[], delayMs: number, connection = lost(draft, delayMs)): void {
  const { phase, effects, now } = draft;
  for (const stream of streams) effects.push({ type: 'close', stream });
  if (phase.name === 'renewing' && streams.length === 1) {
    draft.phase = streams.includes(phase.stream)
      ? { name: 'opening', next: phase.next }
      : { name: 'open', stream: phase.stream, renewAt: phase.renewAt, notBefore: now + delayMs };
    return;
  }
  draft.phase = { name: 'waiting', notBefore: now + delayMs };
  // If look-ups bring the count, they still do.
  if (draft.connection.state !== 'delayed' || connection.state !== 'reconnecting') tell(draft, connection);
}

function tell(draft: Draft, connection: Connection, figures?: Figures): void {
  draft.connection = connection;
  draft.effects.push({ type: 'tell', connection, last: figures && { ...figures, ageMs: 0 } });
}

/** All pages whose counts a claim asks for. */
const pagesOf = ({ page, watch }: Claim): string[] => [...new Set([...page, ...watch])];

function lost({ isOnline }: Draft, inMs = 0): Connection {
  return isOnline ? { state: 'reconnecting', inMs } : { state: 'offline' };
}

function streamsOf(phase: Phase): Stream[] {
  return [...('stream' in phase ? [phase.stream] : []), ...('next' in phase ? [phase.next] : [])];
}
