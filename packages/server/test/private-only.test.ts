import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { readProblem } from './helpers/problem.ts';
import { openServer } from './helpers/support.ts';

/** Asks for `/metrics` with these headers; `fetch` would not let `Host` be set. */
function askMetrics(port: number, headers: Record<string, string> = {}, host = '127.0.0.1') {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const asking = request({ port, host, path: '/metrics', headers, agent: false }, async (response) => {
      let body = '';
      for await (const chunk of response.setEncoding('utf8')) body += chunk;
      resolve({ status: response.statusCode, body });
    });
    asking.on('error', reject).end();
  });
}

async function detailOf(answer: ReturnType<typeof askMetrics>): Promise<string> {
  const { status, body } = await answer;
  expect(status).toBe(403);
  return readProblem(JSON.parse(body)).detail;
}

describe('METRICS=private, the default', () => {
  test.each(['127.0.0.1', '10.0.0.1', '192.168.1.1:4711', '169.254.1.1', '::1', '[fd00::1]:80', '::ffff:10.0.0.1'])(
    'answers a client at %s',
    async (address) => {
      const { port } = await openServer();
      const { status, body } = await askMetrics(port, { 'X-Forwarded-For': address });
      expect(status).toBe(200);
      expect(body).toContain('\nlive_visitors_drift 0\n');
    },
  );

  test.each(['203.0.113.7', '2001:db8::1', '::ffff:203.0.113.7', '64:ff9b::10.0.0.1', 'unknown'])(
    'refuses a client at %s',
    async (address) => {
      const { port } = await openServer();
      expect(await detailOf(askMetrics(port, { 'X-Forwarded-For': address }))).toBe(
        'Only clients on private networks may read this. To answer everyone, set METRICS to "on".',
      );
    },
  );

  test.each(['203.0.113.7, 10.0.0.1', '10.0.0.1, 203.0.113.7', ',', ''])(
    'refuses what came through a proxy that is not named: X-Forwarded-For is %j',
    async (addresses) => {
      const { port } = await openServer();
      const detail = await detailOf(askMetrics(port, { 'X-Forwarded-For': addresses, Host: 'localhost' }));
      expect(detail).toContain('Set TRUST_PROXY to the addresses or the number of all proxies');
    },
  );

  test.each(['CF-Connecting-IP', 'Fastly-Client-IP', 'X-Azure-ClientIP', 'Fly-Client-IP', 'X-Envoy-External-Address'])(
    'refuses what came with %s, which a CDN adds',
    async (header) => {
      const { port } = await openServer();
      expect((await askMetrics(port, { [header]: '10.0.0.1' })).status).toBe(403);
    },
  );

  test('answers over IPv6, and over IPv4 where the server listens on both', async () => {
    const { port } = await openServer({ HOST: '::' });
    for (const host of ['127.0.0.1', '::1']) expect((await askMetrics(port, {}, host)).status, host).toBe(200);
  });

  test.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'Via'])(
    'refuses what came with %s from a peer that is not trusted',
    async (header) => {
      const { port } = await openServer({ TRUST_PROXY: '192.0.2.99' });
      const detail = await detailOf(askMetrics(port, { [header]: '10.0.0.1' }));
      expect(detail).toContain('Set TRUST_PROXY to the addresses or the number of all proxies');
      expect(detail).toContain('set METRICS to "on"');
    },
  );

  test('refuses what a trusted proxy sends without saying for whom', async () => {
    const { port } = await openServer();
    for (const header of ['Forwarded', 'X-Real-IP', 'Via']) {
      expect(await detailOf(askMetrics(port, { [header]: '10.0.0.1' })), header).toContain(
        'configure them to send X-Forwarded-For',
      );
    }
    await detailOf(askMetrics(port, { 'X-Forwarded-For': '' }));
    expect((await askMetrics(port, { Via: '1.1 proxy', 'X-Forwarded-For': '10.0.0.1' })).status).toBe(200);
  });

  test.each([
    'localhost',
    'LOCALHOST:3000',
    'server-1:3000',
    '127.0.0.1',
    '192.0.2.1:3000',
    '[::1]',
    '[::ffff:10.0.0.1]:3000',
  ])('answers for Host: %s', async (host) => {
    const { port } = await openServer();
    expect((await askMetrics(port, { Host: host })).status).toBe(200);
  });

  test.each(['evil.example', 'evil.example:3000', 'localhost.', '127.0.0.1.evil.example', '10.1'])(
    'refuses Host: %s, which may be the name of somebody else',
    async (host) => {
      const { port } = await openServer();
      const detail = await detailOf(askMetrics(port, { Host: host }));
      expect(detail).toContain('a name without a dot');
      expect(detail).toContain('set METRICS to "on"');
    },
  );
});

test('METRICS=on answers everyone', async () => {
  const { port } = await openServer({ METRICS: 'on' });
  const headers = { Host: 'visitors.example.com', 'X-Forwarded-For': '203.0.113.7' };
  expect((await askMetrics(port, headers)).status).toBe(200);
});
