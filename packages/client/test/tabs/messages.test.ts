import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isMessage, type Member, type Message, version } from '../../src/tabs/messages.ts';
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
  declarationOf('client/src/tabs/messages.ts', 'Member'),
  declarationOf('client/src/tabs/messages.ts', 'Message'),
  declarationOf('client/src/update.ts', 'Update'),
  declarationOf('client/src/stream/connection.ts', 'Connection'),
  declarationOf('shared/src/events.ts', 'Snapshot'),
  declarationOf('shared/src/events.ts', 'History'),
  declarationOf('client/src/document-subscription.ts', 'Listener'),
  declarationOf('client/src/subscription-to.ts', 'Kept'),
];

test('the version is another one when what documents say to each other has changed', () => {
  const hash = createHash('sha256').update(declarations.join('\n')).digest('hex').slice(0, 16);
  // Fails? Raise `version` in tabs/messages.ts, and put it here with the new hash.
  expect({ version, hash }).toEqual({ version: 2, hash: 'cbf51dcffe6e7eb4' });
});

const member: Member = { name: 'a/1', acknowledged: false, observes: false, unanswered: 0 };
const snapshot = { online: 1, browsers: 1, visits: 1, peak: 1, visitorSeconds: 1, at: 1 };
const payload: Update = {
  connection: { state: 'live' },
  last: { snapshot, ageMs: 0.5 },
  past: { everyMs: 1000, endsAt: 1, online: [1, null] },
};
const update: Message<Update> = {
  ...{ type: 'update', term: 1, member, group: 'g', roster: [member], asks: false },
  payload,
};

describe('what comes over the channel', () => {
  test.each<[Message<Update>]>([
    [{ type: 'hello', term: 0, member }],
    [{ type: 'here', term: 3, member }],
    [{ type: 'bye', term: 3, member }],
    [update],
    [{ ...update, payload: { connection: { state: 'refused', reason: 'No.', inMs: Number.POSITIVE_INFINITY } } }],
  ])('is a message: %j', (message) => {
    expect(isMessage(structuredClone(message), isUpdate)).toBe(true);
  });

  test.each([
    [undefined],
    [null],
    ['hello'],
    [{}],
    [{ type: 'hello', term: 0 }],
    [{ type: 'hello', term: '0', member }],
    [{ type: 'hello', term: Number.NaN, member }],
    [{ type: 'hello', term: 0, member: { ...member, name: 1 } }],
    [{ type: 'of another version', term: 0, member }],
    [{ ...update, group: undefined }],
    [{ ...update, roster: undefined }],
    [{ ...update, roster: [member, null] }],
    [{ ...update, payload: undefined }],
    [{ ...update, payload: {} }],
    [{ ...update, payload: { ...payload, last: { snapshot } } }],
    [{ ...update, payload: { ...payload, last: { snapshot: { ...snapshot, online: -1 }, ageMs: 0 } } }],
    [{ ...update, payload: { ...payload, past: { online: [] } } }],
  ])('is no message: %j', (message) => {
    expect(isMessage(message, isUpdate)).toBe(false);
  });
});
