import { type EventMap, maxTabs, tickMs } from '@live-visitors/shared';
import { aged } from '../update.ts';
import { type Claim, isOutdated, limited } from './claim.ts';
import type { Connection } from './connection.ts';
import { backoffMs, reconnectInMs, retryInMs } from './retry.ts';
import type { Context, Effect, Phase, State, Stream, StreamEvent } from './state.ts';

/** After so much silence an open stream is stale. */
const staleAfterMs = 2.5 * tickMs;

/** After so much silence the count is looked up: something on the way may hold the stream's events back. */
const muteAfterMs = 5 * tickMs;
const lookUpEveryMs = 15 * tickMs;

/** After so much silence a stream is given up, whatever the browser says of it: after sleep it may say open and be dead. */
const lostAfterMs = 10 * tickMs;

/** How many seconds of history are asked for beyond those in which nothing was heard. */
const historyMarginSeconds = 5;

const stopped: Connection = { state: 'refused', reason: 'The server asks to stop (204).', inMs: Infinity };

/** A state that is being changed by an event. */
type Draft = State & Context & { effects: Effect[] };

/** Keeps a stream open: says what is to be done when something has happened, and how things stand then. */
export function step(before: State, event: StreamEvent, context: Context): { state: State; effects: Effect[] } {
  const draft: Draft = { ...before, ...context, effects: [] };
  switch (event.type) {
    case 'check':
      check(draft, event.claim);
      break;
    case 'lookedUp':
      if (!isMute(draft)) break;
      if (event.snapshot) tell(draft, { state: 'delayed' }, event.snapshot);
      else if (draft.update.connection.state === 'delayed') tell(draft, lost(draft));
      break;
    case 'stopped':
      end(draft, streamsOf(draft.phase), Infinity, stopped);
      break;
    default: {
      const stream = streamsOf(draft.phase).find(({ id }) => id === event.stream);
      if (stream) hearStream(draft, stream, event);
    }
  }
  return { state: draft, effects: draft.effects };
}

function hearStream(draft: Draft, stream: Stream, event: Extract<StreamEvent, { stream: number }>): void {
  switch (event.type) {
    case 'welcome':
      hearWelcome(draft, stream, event.payload);
      break;
    case 'visitors':
      draft.heardAt = draft.tickAt = draft.now;
      tell(draft, { state: 'live' }, event.payload);
      break;
    case 'pages':
      // No client asks for pages yet.
      break;
    case 'farewell': {
      const { reason, reconnectInMs } = event.payload;
      // No other client has this id: two tabs of the browser led for a moment, and this one still does.
      const inMs = reason === 'replaced' ? backoffMs(++draft.failures, draft.random) : reconnectInMs;
      end(draft, [stream], inMs, { state: 'reconnecting', inMs });
      break;
    }
    case 'refused': {
      const { status, detail: reason } = event.payload;
      if (status === 429) draft.limit = Math.max(1, draft.accepted);
      const inMs = retryInMs(event.payload, ++draft.failures, draft.random);
      // With a status from 500 on, it is the server that is in trouble (RFC 9110 §15.6).
      end(draft, [stream], inMs, status < 500 ? { state: 'refused', reason, inMs } : { state: 'reconnecting', inMs });
      break;
    }
    case 'lost':
      fail(draft, stream);
      break;
    default:
      event satisfies never;
  }
}

function hearWelcome(
  draft: Draft,
  next: Stream,
  { renewWithinMs = Infinity, tabs, history }: EventMap['welcome'],
): void {
  const { phase, effects, now } = draft;
  if (phase.name === 'renewing') effects.push({ type: 'close', stream: phase.stream });
  draft.phase = { name: 'open', stream: { ...next, renewAt: now + renewWithinMs }, notBefore: now };
  draft.heardAt = now;
  draft.failures = 0;
  draft.accepted = tabs;
  // The server never refuses a stream that replaces another one: it counts as many tabs as there is room for.
  draft.limit = maxTabs;
  effects.push({ type: 'acknowledge', arrivals: next.claim.arrivals }, { type: 'tell', past: history });
}

function check(draft: Draft, claim: Claim | undefined): void {
  const { phase, now, heardAt } = draft;
  const silenceMs = now - heardAt;
  if ('stream' in phase && silenceMs >= lostAfterMs) end(draft, streamsOf(phase), 0);
  else if ('next' in phase && now - phase.next.openedAt >= lostAfterMs) fail(draft, phase.next);
  else if (silenceMs >= staleAfterMs && draft.update.connection.state === 'live') tell(draft, { state: 'stale' });

  if (claim === undefined) {
    for (const stream of streamsOf(draft.phase)) draft.effects.push({ type: 'close', stream });
    draft.phase = { name: 'idle' };
  } else if (isDue(draft, claim)) {
    open(draft, claim);
  }

  if (!isMute(draft) || now - draft.lookedUpAt < lookUpEveryMs) return;
  draft.lookedUpAt = now;
  draft.effects.push({ type: 'lookUp' });
}

/** Whether it is time for the next stream. */
function isDue({ phase, now, isOnline, update, limit }: Draft, claim: Claim): boolean {
  switch (phase.name) {
    case 'idle':
      return true;
    case 'waiting':
      return now >= phase.until || (isOnline && update.connection.state === 'offline');
    case 'open':
      return now >= phase.notBefore && (now >= phase.stream.renewAt || isOutdated(phase.stream.claim, claim, limit));
    case 'opening':
    case 'renewing':
      return false;
    default:
      return phase satisfies never;
  }
}

/** Whether the number has to be asked for, as no event brings it. */
function isMute({ phase, update, now, heardAt }: Draft): boolean {
  if (phase.name === 'idle' || update.connection.state === 'delayed') return true;
  return phase.name !== 'waiting' && now - heardAt >= muteAfterMs;
}

/** Opens the first stream, or the one that is to replace the stream that is open. */
function open(draft: Draft, claim: Claim): void {
  const { phase, now, tickAt, historySeconds } = draft;
  // Time to ask whether there is room for more tabs.
  if (phase.name === 'open' && now >= phase.stream.renewAt) draft.limit = maxTabs;
  const next = { id: ++draft.opened, claim: limited(claim, draft.limit), openedAt: now, renewAt: 0 };
  const silenceMs = now - tickAt;
  let missed = Math.ceil(silenceMs / 1000) + historyMarginSeconds;
  if (phase.name === 'open') {
    draft.phase = { name: 'renewing', stream: phase.stream, next };
    // A stream that replaces one on which ticks come leaves no gap.
    if (silenceMs < staleAfterMs) missed = 0;
  } else {
    draft.phase = { name: 'opening', next };
    draft.heardAt = now;
  }
  draft.effects.push({ type: 'open', stream: next, history: Math.min(historySeconds, missed) });
}

/** A stream was lost without a word of the server's. */
function fail(draft: Draft, stream: Stream): void {
  const { phase, random } = draft;
  const isNext = 'next' in phase && phase.next.id === stream.id;
  end(draft, [stream], isNext ? backoffMs(++draft.failures, random) : reconnectInMs(random));
}

/** Closes streams that have ended. If none is left, the next is opened after a wait. */
function end(draft: Draft, streams: Stream[], delayMs: number, connection = lost(draft, delayMs)): void {
  const { phase, effects, now, update } = draft;
  for (const stream of streams) effects.push({ type: 'close', stream });
  if (phase.name === 'renewing' && streams.length === 1) {
    draft.phase = streams.includes(phase.stream)
      ? { name: 'opening', next: phase.next }
      : { name: 'open', stream: phase.stream, notBefore: now + delayMs };
    return;
  }
  draft.phase = { name: 'waiting', until: now + delayMs };
  // Where the number comes by look-ups, it still does.
  if (update.connection.state !== 'delayed' || connection.state !== 'reconnecting') tell(draft, connection);
}

function tell(draft: Draft, connection: Connection, snapshot?: EventMap['visitors']): void {
  const { last } = aged(draft.update, draft.now - draft.toldAt);
  draft.update = { connection, last: snapshot ? { snapshot, ageMs: 0 } : last };
  draft.toldAt = draft.now;
  draft.effects.push({ type: 'tell' });
}

function lost({ isOnline }: Draft, inMs = 0): Connection {
  return isOnline ? { state: 'reconnecting', inMs } : { state: 'offline' };
}

function streamsOf(phase: Phase): Stream[] {
  return [...('stream' in phase ? [phase.stream] : []), ...('next' in phase ? [phase.next] : [])];
}
