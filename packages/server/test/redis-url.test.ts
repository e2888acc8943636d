import { describe, expect, test } from 'vitest';
import { isRedisUrl, placeOf } from '../src/store/redis/url.ts';

describe('the URL of a Redis', () => {
  test.each([
    'redis://localhost',
    'redis://localhost:6380/3',
    'rediss://user:p%40ss@redis.example.com:6379/',
    'redis://:secret@[::1]:6379',
  ])('may be %s', (url) => {
    expect(isRedisUrl(url)).toBe(true);
  });

  test.each([
    '',
    'localhost:6379',
    'http://localhost:6379',
    'unix:///run/redis.sock',
    'redis://',
    'redis://localhost:99999',
    'redis://localhost/name',
    'redis://localhost?db=1',
    'redis://:50%off@localhost',
  ])('cannot be %j', (url) => {
    expect(isRedisUrl(url)).toBe(false);
  });

  test('says where it is without its credentials', () => {
    expect(placeOf('redis://user:secret@[::1]/3')).toBe('[::1]:6379');
    expect(placeOf('rediss://:secret@redis.example.com:6380')).toBe('redis.example.com:6380');
  });
});
