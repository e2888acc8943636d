import { expect, test } from 'vitest';
import { subscribe } from '../../src/widget/subscribe.ts';

test('the module can be imported without a window, and says what is wrong with a server', () => {
  expect('window' in globalThis).toBe(false);
  expect(() => subscribe({ server: '//' }, () => {})).toThrow(
    new TypeError('"server" must be a URL such as https://visitors.example.com, but is "//".'),
  );
});
