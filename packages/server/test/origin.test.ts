import { expect, test } from 'vitest';
import { matchesOrigin, parseOriginPattern } from '../src/http/origin.ts';

test.each([
  ['https://example.com', 'https://example.com'],
  ['https://example.com/', 'https://example.com'],
  ['HTTPS://WWW.Example.COM:443', 'https://www.example.com'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['http://example.com:80/', 'http://example.com'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ['https://example.com.', 'https://example.com.'],
  ['http://192.0.2.1:3000', 'http://192.0.2.1:3000'],
  ['http://[2001:DB8:0::1]:3000', 'http://[2001:db8::1]:3000'],
  ['https://*.example.com', 'https://*.example.com'],
  ['HTTPS://*.Example.COM:443/', 'https://*.example.com'],
  ['http://*.localhost:8080', 'http://*.localhost:8080'],
  ['https://*.bücher.example', 'https://*.xn--bcher-kva.example'],
])('%s is written as a browser writes it: %s', (text, pattern) => {
  expect(parseOriginPattern(text)).toBe(pattern);
});

test.each([
  '',
  '*',
  'null',
  'example.com',
  '*.example.com',
  'file://',
  'ftp://example.com',
  'https://',
  'https://*',
  'https://*.',
  'https://*:8080',
  'https://*.:8080',
  'https://*example.com',
  'https://foo.*.com',
  'https://*.*.example.com',
  'https://%2A.example.com',
  'https://foo.＊.com',
  'https://*.1.2.3.4',
  'https://*.1',
  'https://*.0x7f.1',
  'https://*.[2001:db8::1]',
  'https://example.com:8*',
  'https://example.com:*',
  'https://example.com:99999',
  'https://example.com/path',
  'https://example.com//',
  'https://example.com/.',
  'https://example.com?query',
  'https://example.com?',
  'https://example.com#',
  'https://user@example.com',
  'https://@example.com',
  'https://*.example.com/path',
  'https:example.com',
  'https:\\\\example.com',
  'https://exam ple.com',
  'https://exam\tple.com',
])('%j can match no origin', (text) => {
  expect(parseOriginPattern(text)).toBeUndefined();
});

test('a pattern without a wildcard matches that origin alone', () => {
  expect(matchesOrigin('https://example.com', 'https://example.com')).toBe(true);
  for (const other of ['http://example.com', 'https://example.com:8443', 'https://www.example.com', 'null', '']) {
    expect(matchesOrigin('https://example.com', other), other).toBe(false);
  }
});

test('a leading *. matches subdomains of any depth, with the same scheme and port', () => {
  for (const origin of ['https://www.example.com', 'https://a.b.c.example.com', 'https://xn--bcher-kva.example.com']) {
    expect(matchesOrigin('https://*.example.com', origin), origin).toBe(true);
  }
  for (const other of [
    'https://example.com',
    'https://evil-example.com',
    'https://.example.com',
    'https://www.example.com.evil.example',
    'https://evil.example/.example.com',
    'https://evil.example:443.example.com',
    'https://user@www.example.com',
    'http://www.example.com',
    'https://www.example.com:8443',
    'https://www.example.com.',
    'null',
    '',
  ]) {
    expect(matchesOrigin('https://*.example.com', other), other).toBe(false);
  }
  expect(matchesOrigin('http://*.localhost:8080', 'http://a.localhost:8080')).toBe(true);
  expect(matchesOrigin('http://*.localhost:8080', 'http://a.localhost')).toBe(false);
});
