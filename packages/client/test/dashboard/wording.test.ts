import { describe, expect, test } from 'vitest';
import { createLocale } from '../../src/dashboard/messages/languages.ts';
import { announceConnection, describeConnection, summarize } from '../../src/dashboard/wording.ts';
import type { Connection } from '../../src/stream/connection.ts';
import { aged } from '../../src/update.ts';

const english = createLocale({ language: 'en', tag: 'en-US' });

describe('the connection in words', () => {
  const said = (connection: Connection, sinceMs = 0) =>
    describeConnection(aged({ connection }, sinceMs).connection, english);

  test.each<[Connection, string]>([
    [{ state: 'connecting' }, 'Connecting…'],
    [{ state: 'live' }, 'Live'],
    [{ state: 'stale' }, 'No updates from the server'],
    [{ state: 'offline' }, 'This device is offline'],
  ])('is the state, and nothing that counts down: %o', (connection, state) => {
    expect(said(connection)).toEqual({ state, countdown: '' });
  });

  test.each([
    [0, ' in 3 s'],
    [1, ' in 3 s'],
    [1000, ' in 2 s'],
    [2999, ' in 1 s'],
    [3000, '…'],
    [9000, '…'],
  ])('counts down to the next try, and then says that it is under way: after %d ms', (sinceMs, countdown) => {
    expect(said({ state: 'reconnecting', inMs: 3000 }, sinceMs)).toEqual({ state: 'Reconnecting', countdown });
  });

  test('keeps the reason of a refusal apart, because it is in the language of the server', () => {
    const connection: Connection = { state: 'refused', reason: 'Not from here.', inMs: 90_000 };
    expect(said(connection)).toEqual({
      state: 'Connection refused:',
      detail: 'Not from here.',
      countdown: ' Next try in 1 min 30 s.',
    });
    expect(said(connection, 90_000).countdown).toBe('');
  });

  test('counts nothing down after a refusal for good', () => {
    expect(said({ state: 'refused', reason: 'No.', inMs: Infinity }).countdown).toBe('');
  });
});

test.each([
  [403, 'en', 'Connection refused: This site is not allowed to read the count.'],
  [429, 'en', 'Connection refused: Too many tabs are open from your network.'],
  [403, 'pt-BR', 'Conexão recusada: Este site não tem permissão para ler a contagem.'],
  [429, 'pt-BR', 'Conexão recusada: Há abas demais abertas na sua rede.'],
  [403, 'es', 'Conexión rechazada: Este sitio no tiene permiso para leer el recuento.'],
  [429, 'es', 'Conexión rechazada: Hay demasiadas pestañas abiertas en tu red.'],
] as const)('a refusal with the status %i has a reason in %s', (status, language, state) => {
  const connection: Connection = { state: 'refused', reason: 'Not from here.', status, inMs: 0 };
  expect(describeConnection(connection, createLocale({ language, tag: language }))).toEqual({
    state,
    countdown: '',
  });
});

describe('the chart in words', () => {
  const history = (online: (number | null)[]) => ({ everyMs: 1000, endsAt: 0, online });
  const recent = (online: (number | null)[]) => summarize(history(online), english);
  function range(lowest: (number | null)[], highest: (number | null)[], everyMs = 60_000) {
    const series = { everyMs, endsAt: 0, lowest, mean: lowest, highest, visits: lowest };
    return summarize({ range: '24h', peak: { online: 9, at: null }, series, days: [] }, english);
  }

  test('is between which numbers it lay, as far back as that is known', () => {
    expect(recent(Array.from({ length: 600 }, (_, second) => 2 + (second % 1234)))).toBe(
      'Between 2 and 601 in the last 10 minutes',
    );
    expect(recent([4, null, 2, 1200])).toBe('Between 2 and 1,200 in the last minute');
    expect(recent(Array(180).fill(7))).toBe('Always 7 in the last 3 minutes');
  });

  test('is for a range the lowest and the highest of its entries', () => {
    const always = (everyMs: number, entries: number) => range(Array(entries).fill(5), Array(entries).fill(5), everyMs);
    expect(range([3, null, 0], [4, null, 9])).toBe('Between 0 and 9 in the last 3 minutes');
    expect(always(60_000, 60)).toBe('Always 5 in the last hour');
    expect(always(60_000, 1440)).toBe('Always 5 in the last 24 hours');
    expect(always(300_000, 2016)).toBe('Always 5 in the last 7 days');
    expect(always(900_000, 2880)).toBe('Always 5 in the last 30 days');
  });

  test('is that nothing is known, where nothing is', () => {
    for (const said of [summarize(undefined, english), recent([]), recent([null])]) {
      expect(said).toBe('No data yet');
    }
  });
});

describe('what screen readers announce', () => {
  const said = (connection: Connection, online?: number) => announceConnection(connection, online, english);

  test('is the number with its noun while it is live', () => {
    expect(said({ state: 'live' }, 1)).toEqual([{ text: 'Live' }, { text: '1 visitor here right now' }]);
    expect(said({ state: 'live' }, 1200)).toEqual([{ text: 'Live' }, { text: '1,200 visitors here right now' }]);
  });

  test('is nothing while the dashboard connects: that is read with the document', () => {
    expect(said({ state: 'connecting' })).toEqual([]);
  });

  test('is the state alone where the number is not live, and nothing that counts down', () => {
    expect(said({ state: 'stale' }, 7)).toEqual([{ text: 'No updates from the server' }]);
    expect(said({ state: 'reconnecting', inMs: 3000 }, 7)).toEqual([{ text: 'Reconnecting' }]);
  });

  test('has the reason of a refusal apart, in the language of the server', () => {
    const refused: Connection = { state: 'refused', reason: 'Not from here.', inMs: 90_000 };
    expect(said(refused, 7)).toEqual([{ text: 'Connection refused:' }, { text: 'Not from here.', lang: 'en' }]);
  });
});
