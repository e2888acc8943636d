import { expect, test } from 'vitest';
import { serverAt, wrongServer } from '../../src/widget/server-url.ts';

test.each([
  ['https://visitors.example.com', 'https://visitors.example.com'],
  ['HTTP://Visitors.Example.COM:80/some/path?query#hash', 'http://visitors.example.com/some/path'],
  ['https://example.com/visitors/', 'https://example.com/visitors'],
  [' https://user:password@[::1]:3000/ ', 'https://[::1]:3000'],
])('%j is the server at %s', (url, server) => {
  expect(serverAt(url)).toBe(server);
});

test.each([
  [''],
  ['//'],
  ['//visitors.example.com'],
  ['visitors.example.com'],
  ['/'],
  ['javascript:alert(1)'],
  ['data:,'],
  ['blob:https://visitors.example.com/1'],
  ['https://visitors.example.com:99999'],
])('%j is no server', (server) => {
  expect(serverAt(server)).toBeUndefined();
});

test('what is wrong with a server is said in a sentence, however long its URL', () => {
  expect(wrongServer('//')).toBe('"server" must be a URL such as https://visitors.example.com, but is "//".');
  expect(wrongServer('x'.repeat(10_000)).length).toBeLessThan(200);
});
