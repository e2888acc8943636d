import { describe, expect, test } from 'vitest';
import { explainListenError, readConfig } from '../src/config.ts';

describe('the configuration', () => {
  test('has defaults, also for variables that are set to nothing', () => {
    const config = { host: undefined, port: 3000, allowedOrigins: '*' };
    expect(readConfig({})).toEqual({ ok: true, config });
    expect(readConfig({ HOST: '', PORT: '', ALLOWED_ORIGINS: '' })).toEqual({ ok: true, config });
  });

  test('is read from the environment', () => {
    const env = { HOST: '::1', PORT: '0', ALLOWED_ORIGINS: 'https://Example.com, http://localhost:8080/' };
    expect(readConfig(env)).toEqual({
      ok: true,
      config: { host: '::1', port: 0, allowedOrigins: ['https://example.com', 'http://localhost:8080'] },
    });
  });

  test.each([
    ['PORT', 'http'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80 '],
    ['PORT', '3000\n'],
    ['HOST', 'http://localhost'],
    ['ALLOWED_ORIGINS', 'example.com'],
    ['ALLOWED_ORIGINS', 'https://example.com/path'],
    ['ALLOWED_ORIGINS', 'https://example.com,'],
    ['ALLOWED_ORIGINS', 'https://example.com,*'],
    ['ALLOWED_ORIGINS', 'ftp://example.com'],
  ])('refuses %s=%j in one sentence that says what to set', (name, value) => {
    const result = readConfig({ [name]: value });
    if (result.ok) throw new Error('it was taken');
    expect(result.problems).toHaveLength(1);
    expect(result.problems[0]).toContain(`${name} must be`);
    expect(result.problems[0]).toContain(`Set for example ${name}=`);
    expect(result.problems[0]).toContain(`it is ${JSON.stringify(value)} now`);
  });

  test('names every variable that is wrong', () => {
    expect(readConfig({ PORT: 'x', ALLOWED_ORIGINS: 'y' })).toMatchObject({ problems: { length: 2 } });
  });
});

describe('explainListenError', () => {
  const config = { host: '192.0.2.1', port: 80, allowedOrigins: '*' } as const;
  const failure = (code: string) => Object.assign(new Error(code), { code });

  test.each(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'])('says what to set on %s', (code) => {
    expect(explainListenError(failure(code), config)).toMatch(/Set (PORT|HOST) to /);
  });

  test('leaves alone what it does not know', () => {
    expect(explainListenError(failure('EMFILE'), config)).toBeUndefined();
  });
});
