import { describe, expect, test } from 'vitest';
import { define, formatCount, formatDuration, describe as inWords, plural } from '../../src/page/wording.ts';

describe('the wording', () => {
  test.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min 0 s'],
    [3599, '59 min 59 s'],
    [5310, '1 h 28 min'],
    [86_400, '1 d 0 h'],
    [90_000_000, '1,041 d 16 h'],
  ])('says %d seconds as %s', (seconds, said) => {
    expect(formatDuration(seconds)).toBe(said);
  });

  test('groups the digits of large numbers', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
  });

  test('has one visitor, and 0 or 2 visitors', () => {
    expect([0, 1, 2].map((count) => plural(count, 'visitor', 'visitors'))).toEqual(['visitors', 'visitor', 'visitors']);
  });

  test('says what is counted', () => {
    expect(define(1, 1)).toBe('One open tab is one visitor. This 1 tab comes from 1 browser.');
    expect(define(1700, 2)).toBe('One open tab is one visitor. These 1,700 tabs come from 2 browsers.');
  });

  test('gives the reason of a refusal', () => {
    expect(inWords({ state: 'refused', reason: 'Not from here.' })).toBe('Refused: Not from here.');
  });
});
