import { describe, expect, test } from 'vitest';
import { variables } from '../../live-visitors/src/help.ts';
import { readConfig } from '../src/config/read-config.ts';

const openFiles = 20_000;

describe('the configuration', () => {
  test('has defaults, also for variables that are set to nothing', () => {
    const config = {
      host: undefined,
      port: 3000,
      allowedOrigins: '*',
      dataDir: 'data',
      redisUrl: undefined,
      redisPrefix: 'live-visitors',
      maxStreams: 19_000,
      maxStreamsPerAddress: 256,
      maxPages: 10_000,
      listPages: 'off',
      maxConnections: 19_500,
      trustProxy: 'loopback',
      keepAliveSeconds: 75,
      metrics: 'private',
      logLevel: 'info',
    };
    expect(readConfig({}, openFiles)).toEqual({ ok: true, config });
    const empty = Object.fromEntries(['HOST', 'PORT', 'ALLOWED_ORIGINS', 'MAX_STREAMS', 'METRICS'].map((n) => [n, '']));
    expect(readConfig(empty, openFiles)).toEqual({ ok: true, config });
  });

  test('is read from the environment', () => {
    const env = {
      HOST: '::1',
      PORT: '0',
      ALLOWED_ORIGINS: 'https://Example.com, http://localhost:8080/,https://*.Example.com:443',
      DATA_DIR: '/var/lib/live-visitors',
      REDIS_URL: 'rediss://user:secret@redis.example.com:6380/2',
      REDIS_PREFIX: 'shop:visitors',
      MAX_STREAMS: '500',
      MAX_STREAMS_PER_ADDRESS: '8',
      MAX_PAGES: '20',
      LIST_PAGES: 'private',
      TRUST_PROXY: 'loopback, 10.0.0.0/8',
      KEEP_ALIVE_SECONDS: '620',
      METRICS: 'off',
      LOG_LEVEL: 'debug',
    };
    expect(Object.keys(env)).toEqual(variables.map(({ name }) => name));
    expect(readConfig(env, openFiles)).toEqual({
      ok: true,
      config: {
        host: '::1',
        port: 0,
        allowedOrigins: ['https://example.com', 'http://localhost:8080', 'https://*.example.com'],
        dataDir: '/var/lib/live-visitors',
        redisUrl: 'rediss://user:secret@redis.example.com:6380/2',
        redisPrefix: 'shop:visitors',
        maxStreams: 500,
        maxStreamsPerAddress: 8,
        maxPages: 20,
        listPages: 'private',
        maxConnections: 19_500,
        trustProxy: 'loopback, 10.0.0.0/8',
        keepAliveSeconds: 620,
        metrics: 'off',
        logLevel: 'debug',
      },
    });
  });

  test('has a default for any number of open files that a system may allow', () => {
    for (const limit of [40, 1024, 1_073_741_816]) expect(readConfig({}, limit).ok).toBe(true);
  });

  test.each([
    ['true', true],
    ['false', false],
    ['2', 2],
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1, 10.0.0.0/255.0.0.0 ', '2001:db8::1, 10.0.0.0/255.0.0.0 '],
  ])('takes TRUST_PROXY=%s as Express does', (text, trustProxy) => {
    expect(readConfig({ TRUST_PROXY: text }, openFiles)).toMatchObject({ config: { trustProxy } });
  });

  test.each([
    ['PORT', 'http'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80 '],
    ['PORT', '3000\n'],
    ['PORT', '03000'],
    ['HOST', 'http://localhost'],
    ['ALLOWED_ORIGINS', 'example.com'],
    ['ALLOWED_ORIGINS', 'https://example.com/path'],
    ['ALLOWED_ORIGINS', 'https://example.com,'],
    ['ALLOWED_ORIGINS', 'https://example.com,*'],
    ['ALLOWED_ORIGINS', 'https://example.com,,https://example.org'],
    ['ALLOWED_ORIGINS', ','],
    ['ALLOWED_ORIGINS', 'null'],
    ['ALLOWED_ORIGINS', 'https://foo.*.com'],
    ['ALLOWED_ORIGINS', 'ftp://example.com'],
    ['MAX_STREAMS', '0'],
    ['MAX_STREAMS', 'many'],
    ['MAX_STREAMS', '19001'],
    ['MAX_STREAMS_PER_ADDRESS', '0'],
    ['REDIS_PREFIX', 'a{b}'],
    ['MAX_PAGES', '-1'],
    ['MAX_PAGES', '1000001'],
    ['LIST_PAGES', 'true'],
    ['TRUST_PROXY', 'my-proxy'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '1 '],
    ['TRUST_PROXY', ' 1'],
    ['TRUST_PROXY', '1000'],
    ['TRUST_PROXY', '0x10'],
    ['TRUST_PROXY', '1,2'],
    ['TRUST_PROXY', '10.0.0.0/8 , 1'],
    ['TRUST_PROXY', '1/8, loopback'],
    ['KEEP_ALIVE_SECONDS', '0'],
    ['KEEP_ALIVE_SECONDS', '3601'],
    ['KEEP_ALIVE_SECONDS', '75s'],
    ['KEEP_ALIVE_SECONDS', '1.5'],
    ['METRICS', 'yes'],
    ['METRICS', 'true'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s=%j in one sentence that says what to set', (name, value) => {
    const result = readConfig({ [name]: value }, openFiles);
    if (result.ok) throw new Error('it was taken');
    expect(result.problems).toHaveLength(1);
    expect(result.problems[0]).toMatch(new RegExp(`^${name} must be \\S`));
    expect(result.problems[0]).toContain(`but is ${JSON.stringify(value)}.`);
  });

  test.each(['localhost:6379', 'http://:secret@localhost', 'redis://:secret@', 'redis://x:secret@y/z'])(
    'refuses REDIS_URL=%s without a word of what it is',
    (url) => {
      const result = readConfig({ REDIS_URL: url }, openFiles);
      if (result.ok) throw new Error('it was taken');
      expect(result.problems[0]).toMatch(/^REDIS_URL must be .* for example redis:/);
      expect(result.problems[0]).not.toContain('secret');
    },
  );

  test('names every variable that is wrong', () => {
    expect(readConfig({ PORT: 'x', ALLOWED_ORIGINS: 'y' }, openFiles)).toMatchObject({ problems: { length: 2 } });
  });
});
