import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  isPresence,
  type Presence,
  type Shared,
  sharedOf,
  type TabDocument,
  version,
} from '../../src/tabs/messages.ts';
import { isUpdate, type Update } from '../../src/update.ts';

const packages = new URL('../../../', import.meta.url);

/** The declaration of a name, without comments and without regard to how it is laid out. */
function declarationOf(file: string, name: string): string {
  const text = readFileSync(new URL(file, packages), 'utf8');
  const [declaration] = text.match(new RegExp(`(type|const) ${name}\\b[\\s\\S]*?\\n(?=\\n|$)`)) ?? [];
  if (declaration === undefined) throw new Error(`${file} declares no ${name}.`);
  return declaration.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').replaceAll(/\s+/g, ' ');
}

/** All that documents say to each other, and what bundles in one document find of each other. */
const declarations = [
  declarationOf('client/src/tabs/messages.ts', 'TabDocument'),
  declarationOf('client/src/tabs/messages.ts', 'Presence'),
  declarationOf('client/src/tabs/messages.ts', 'Shared'),
  declarationOf('client/src/update.ts', 'Figures'),
  declarationOf('client/src/update.ts', 'Update'),
  declarationOf('client/src/stream/connection.ts', 'Connection'),
  declarationOf('shared/src/events.ts', 'Snapshot'),
  declarationOf('shared/src/events.ts', 'History'),
  declarationOf('shared/src/events.ts', 'PageCounts'),
  declarationOf('client/src/document-subscription.ts', 'Listener'),
  declarationOf('client/src/update.ts', 'Pages'),
  declarationOf('client/src/subscription-to.ts', 'Kept'),
];

test('the version is another one when what documents say to each other has changed', () => {
  const hash = createHash('sha256').update(declarations.join('\n')).digest('hex').slice(0, 16);
  // Fails? Raise `version` in tabs/messages.ts, and put it here with the new hash.
  expect({ version, hash }).toEqual({ version: 2, hash: '531a055546a812c3' });
});

const from: TabDocument = {
  name: 'a/1',
  visit: 'new',
  observes: false,
  on: ['/a'],
  watch: ['__proto__'],
  unanswered: 0,
};
const snapshot = { online: 1, browsers: 1, visits: 1, peak: 1, visitorSeconds: 1, at: 1 };
const payload: Update = {
  connection: { state: 'live' },
  last: { snapshot, pages: JSON.parse('{"/a":3,"__proto__":null}'), ageMs: 0.5 },
  past: { everyMs: 1000, endsAt: 1, online: [1, null] },
};
const update: Shared<Update> = {
  ...{ type: 'update', term: 1, from, browserId: 'b', documents: [from], asks: false },
  payload,
};

const isShared = sharedOf(isUpdate);
const isMessage = (data: unknown) => isPresence(data) || isShared(data);

describe('what comes over the channel', () => {
  test.each<[Presence | Shared<Update>]>([
    [{ type: 'hello', term: 0, from }],
    [{ type: 'here', term: 3, from: { ...from, visit: 'acknowledged', observes: true } }],
    [{ type: 'bye', term: 3, from }],
    [update],
    [{ ...update, payload: { connection: { state: 'connecting' } } }],
    [{ ...update, payload: { connection: { state: 'refused', reason: 'No.', inMs: Number.POSITIVE_INFINITY } } }],
  ])('is a message: %j', (message) => {
    expect(isMessage(structuredClone(message))).toBe(true);
  });

  test.each([
    [undefined],
    [null],
    ['hello'],
    [{}],
    [{ type: 'hello', term: 0 }],
    [{ type: 'hello', term: '0', from }],
    [{ type: 'hello', term: Number.NaN, from }],
    [{ type: 'hello', term: 0, from: { ...from, name: 1 } }],
    [{ type: 'hello', term: 0, from: { ...from, visit: true } }],
    [{ type: 'hello', term: 0, from: { ...from, observes: undefined } }],
    [{ type: 'hello', term: 0, from: { ...from, unanswered: '1' } }],
    [{ type: 'hello', term: 0, from: { ...from, on: undefined } }],
    [{ type: 'hello', term: 0, from: { ...from, watch: [1] } }],
    [{ type: 'of another version', term: 0, from }],
    [{ ...update, from: undefined }],
    [{ ...update, browserId: undefined }],
    [{ ...update, documents: undefined }],
    [{ ...update, documents: [from, null] }],
    [{ ...update, documents: [{ ...from, visit: undefined }] }],
    [{ ...update, asks: undefined }],
    [{ ...update, payload: undefined }],
    [{ ...update, payload: {} }],
    [{ ...update, payload: { connection: { state: 1 } } }],
    [{ ...update, payload: { connection: { state: 'refused', reason: {}, inMs: 1 } } }],
    [{ ...update, payload: { connection: { state: 'reconnecting', inMs: Number.NaN } } }],
    [{ ...update, payload: { ...payload, last: { snapshot } } }],
    [{ ...update, payload: { ...payload, last: { snapshot: { ...snapshot, online: -1 }, ageMs: 0 } } }],
    [{ ...update, payload: { ...payload, last: { snapshot, pages: { '/a': -1 }, ageMs: 0 } } }],
    [{ ...update, payload: { ...payload, past: { online: [] } } }],
  ])('is no message: %j', (message) => {
    expect(isMessage(message)).toBe(false);
  });
});
