import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Certificate = { certificate: string; key: string };

/** Makes a certificate for a name, which vouches for itself for a day. Takes `openssl`. */
export async function makeCertificate(name: string, folder: string): Promise<Certificate> {
  const keyFile = join(folder, 'key.pem');
  const certificateFile = join(folder, 'certificate.pem');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', keyFile];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  await run('openssl', ['req', '-x509', ...key, ...subject, '-days', '1', '-out', certificateFile]);
  return { certificate: await readFile(certificateFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
}

/** Makes a certificate authority. Takes `openssl`. */
export async function makeAuthority(folder: string) {
  await makeCertificate('authority.invalid', folder);
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };

  return {
    certificateFile: files.certificate,
    keyFile: files.key,

    /**
     * Makes a certificate that it vouches for. Returns the files of certificate and key.
     *
     * @param name - whom it is for, such as `IP:127.0.0.1` or `DNS:example.com`
     * @param days - how long it is valid; -1 until yesterday
     */
    async issue(name: string, { folder, days = 1 }: { folder: string; days?: number }) {
      const own = (file: string) => join(folder, file);
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', own('key.pem')];
      await writeFile(own('extensions'), `subjectAltName=${name}`);
      await run('openssl', ['req', ...key, '-subj', '/CN=issued', '-out', own('request.pem')]);
      const signing = ['-CA', files.certificate, '-CAkey', files.key, '-CAserial', own('serial'), '-CAcreateserial'];
      const input = ['-in', own('request.pem'), '-extfile', own('extensions'), '-days', String(days)];
      await run('openssl', ['x509', '-req', ...input, ...signing, '-out', own('certificate.pem')]);
      return { certificateFile: own('certificate.pem'), keyFile: own('key.pem') };
    },
  };
}
