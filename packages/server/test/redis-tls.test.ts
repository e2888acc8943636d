import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeAuthority } from './helpers/certificate.ts';
import { findFreePort } from './helpers/free-port.ts';
import { runProgram } from './helpers/program.ts';
import { isInstalled } from './helpers/proxies.ts';
import { startRedis, whyNoRedis } from './helpers/redis.ts';
import { eventually, makeFolder } from './helpers/support.ts';

/** Runs a Redis with a certificate from an authority that nobody knows. */
async function startSecureRedis({
  name = 'IP:127.0.0.1',
  days = 1,
  sendsAuthority = false,
  settings = {},
}: {
  name?: string;
  days?: number;
  sendsAuthority?: boolean;
  settings?: Record<string, string>;
} = {}) {
  const authority = await makeAuthority(makeFolder());
  const { certificateFile, keyFile } = await authority.issue(name, { folder: makeFolder(), days });
  // Redis sends the certificates from this file that lead from its own to the authority.
  const chainFile = sendsAuthority ? authority.certificateFile : (await makeAuthority(makeFolder())).certificateFile;
  const port = await findFreePort();
  const files = { 'tls-cert-file': certificateFile, 'tls-key-file': keyFile, 'tls-ca-cert-file': chainFile };
  const redis = await startRedis({
    settings: { 'tls-port': String(port), 'tls-auth-clients': 'no', ...files, ...settings },
  });
  return { port, plainPort: redis.port, authority };
}

/** Runs a Redis whose certificate is from nobody else. */
async function startSelfSignedRedis() {
  const { certificateFile, keyFile } = await makeAuthority(makeFolder());
  return startSecureRedis({ settings: { 'tls-cert-file': certificateFile, 'tls-key-file': keyFile } });
}

/** Runs a server, and waits until its log says this of Redis. */
async function expectTrouble(env: { REDIS_URL: string; NODE_EXTRA_CA_CERTS?: string }, trouble: RegExp) {
  const { output } = runProgram({ PORT: '0', ...env });
  const troubles = () => [...output().matchAll(/"trouble":"([^"]*)"/g)].map(([, text]) => text);
  await eventually(() => expect(troubles()).toContainEqual(expect.stringMatching(trouble)), 30_000);
}

const scheme = 'REDIS_URL must begin with rediss:// if it uses TLS, and with redis:// if it does not\\.';
const missing =
  whyNoRedis() ?? (isInstalled({ command: 'openssl' }) ? undefined : 'it takes openssl, to make certificates');

describe.skipIf(missing)(`the log${missing ? ` (${missing})` : ''}`, () => {
  test('has no trouble to tell where NODE_EXTRA_CA_CERTS names the CA of Redis', async () => {
    const { port, authority } = await startSecureRedis();
    const { url } = runProgram({
      PORT: '0',
      REDIS_URL: `rediss://127.0.0.1:${port}`,
      NODE_EXTRA_CA_CERTS: authority.certificateFile,
    });
    const address = await url();
    await eventually(async () => {
      expect(await (await fetch(`${address}/readyz`)).text()).toBe('ok\n');
      expect(await (await fetch(`${address}/visitors`)).json()).not.toHaveProperty('partial');
    });
  });

  test.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'whose CA is unknown', () => startSecureRedis()],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'that sends its unknown CA along', () => startSecureRedis({ sendsAuthority: true })],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'whose certificate is self-signed', () => startSelfSignedRedis()],
  ])('names NODE_EXTRA_CA_CERTS on %s: a server %s', async (code, _, start) => {
    const { port } = await start();
    await expectTrouble(
      { REDIS_URL: `rediss://127.0.0.1:${port}` },
      new RegExp(`has a certificate that is not trusted \\(${code}\\)\\. Set NODE_EXTRA_CA_CERTS to a PEM file`),
    );
  });

  test('says that the certificate has expired', async () => {
    const { port, authority } = await startSecureRedis({ days: -1 });
    await expectTrouble(
      { REDIS_URL: `rediss://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: authority.certificateFile },
      /has a certificate that has expired \(CERT_HAS_EXPIRED\)\. Renew it\./,
    );
  });

  test('says that the certificate is for another name', async () => {
    const { port, authority } = await startSecureRedis({ name: 'DNS:redis.example' });
    await expectTrouble(
      { REDIS_URL: `rediss://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: authority.certificateFile },
      /for another name \(ERR_TLS_CERT_ALTNAME_INVALID\)\. Set REDIS_URL to a name or address that is in its certificate\./,
    );
  });

  test('says what to set where it asks for a client certificate', async () => {
    const { port, authority } = await startSecureRedis({ settings: { 'tls-auth-clients': 'yes' } });
    await expectTrouble(
      { REDIS_URL: `rediss://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: authority.certificateFile },
      /asks for a client certificate.* Set tls-auth-clients to no/,
    );
  });

  test('says which URL to use with redis:// to a Redis with TLS, and with rediss:// to one without', async () => {
    const { port, plainPort } = await startSecureRedis();
    await expectTrouble({ REDIS_URL: `redis://127.0.0.1:${port}` }, new RegExp(`closes the connection.* ${scheme}`));
    await expectTrouble(
      { REDIS_URL: `rediss://127.0.0.1:${plainPort}` },
      new RegExp(`does not accept connections in time\\. ${scheme}`),
    );
  });
});

test('the log says which URL to use where a server answers rediss:// without TLS', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).end('-DENIED protected mode\r\n'));
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  await expectTrouble(
    { REDIS_URL: `rediss://127.0.0.1:${port}` },
    new RegExp(`does not agree on TLS \\(ERR_SSL_WRONG_VERSION_NUMBER\\)\\. ${scheme}`),
  );
});
