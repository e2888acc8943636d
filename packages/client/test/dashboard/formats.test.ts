import { describe, expect, test } from 'vitest';
import { createFormats, formOf } from '../../src/dashboard/formats.ts';

const formats = createFormats('en-US');

describe('durations', () => {
  test.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min 0 s'],
    [3599, '59 min 59 s'],
    [5310, '1 h 28 min'],
    [86_400, '1 d 0 h'],
    [90_000_000, '1,041 d 16 h'],
  ])('%d seconds are %s', (seconds, said) => {
    expect(formats.duration(seconds)).toBe(said);
  });
});

describe('counts', () => {
  test.each([
    ['en', '1,234,567'],
    ['pt-BR', '1.234.567'],
    ['es', '1.234.567'],
    ['es-MX', '1,234,567'],
  ])('are grouped as in %s', (locale, said) => {
    expect(createFormats(locale).count(1_234_567)).toBe(said);
  });

  test('go with the form of their noun', () => {
    const tabs = { one: 'tab', other: 'tabs' };
    expect([0, 1, 2, 1_000_000].map((count) => formOf(tabs, count))).toEqual(['tabs', 'tab', 'tabs', 'tabs']);
    expect(formats.counted(1_000_000, tabs)).toBe('1,000,000 tabs');
  });
});

describe('moments', () => {
  const at = (month: number, day: number, hour: number, minute = 3, year = 2026) =>
    new Date(year, month - 1, day, hour, minute).getTime();
  // The kind of space before AM differs between versions of ICU.
  const said = (locale: string, then: number, now: number) =>
    createFormats(locale).moment(then, now).replaceAll(/\s/g, ' ');

  test.each([
    ['en-US', at(3, 5, 14), 'today, 2:03 PM'],
    ['en-GB', at(3, 5, 14), 'today, 14:03'],
    ['pt-BR', at(3, 5, 14), 'hoje, 14:03'],
    ['es', at(3, 5, 14), 'hoy, 14:03'],
    ['en-GB', at(3, 4, 23), 'yesterday, 23:03'],
    ['en-GB', at(3, 3, 9), '3 Mar, 09:03'],
    ['en-GB', at(12, 31, 9, 3, 2025), '31 Dec 2025, 09:03'],
  ])('are named by the day, in %s', (locale, then, expected) => {
    expect(said(locale, then, at(3, 5, 15))).toBe(expected);
  });

  test('go by the calendar, not by hours that have passed', () => {
    expect(said('en-GB', at(3, 4, 23, 59), at(3, 5, 0, 1))).toBe('yesterday, 23:59');
    expect(said('en-GB', at(3, 5, 0, 0), at(3, 5, 23, 59))).toBe('today, 00:00');
  });
});
