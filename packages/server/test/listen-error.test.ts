import { describe, expect, test } from 'vitest';
import { explainListenError } from '../../live-visitors/src/listen-error.ts';

describe('explainListenError', () => {
  const config = { host: '192.0.2.1', port: 80 };
  const failure = (code: string) => Object.assign(new Error(code), { code });

  test.each(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL', 'ENOTFOUND'])(
    'says what to set on %s',
    (code) => {
      expect(explainListenError(failure(code), config)).toMatch(/Set (PORT|HOST) to /);
    },
  );

  test('leaves alone what it does not know', () => {
    expect(explainListenError(failure('EMFILE'), config)).toBeUndefined();
  });
});
