import { describe, expect, test } from 'vitest';
import { runProgram, startMs } from './helpers/program.ts';
import { isInstalled } from './helpers/proxies.ts';
import { eventually, makeFolder, openStream } from './helpers/support.ts';

/**
 * Runs the program on a file system that says it is of another type, and on whose database these calls of the system
 * fail. Both are done by strace, which changes what the kernel answers. Daemonized, it leaves the program our child.
 */
function runOn({ type, dataDir = makeFolder(), fail }: { type?: string; dataDir?: string; fail?: string }) {
  // A type of 8 bytes, the lowest first, at the beginning of what statfs(2) fills in.
  const bytes = type && Buffer.from(type.padStart(16, '0'), 'hex').reverse().toString('hex');
  const injections = [
    ...(bytes ? [`inject=statfs:poke_exit=@arg2=${bytes}`] : []),
    ...(fail ? [`inject=${fail}`] : []),
  ].flatMap((injection) => ['-e', injection]);
  const paths = ['', '/live-visitors.db', '/live-visitors.db-wal'].flatMap((path) => ['-P', dataDir + path]);
  const trace = ['-e', 'trace=statfs,fcntl,pwrite64'];
  const strace = ['strace', '--daemonize', '--follow-forks', '--output=/dev/null', ...paths, ...trace, ...injections];
  return runProgram({ PORT: '0', DATA_DIR: dataDir }, { through: strace });
}

const missing = process.platform !== 'linux' || !isInstalled({ command: 'strace' });
describe.skipIf(missing)(`a file system without reliable locks${missing ? ' (it takes strace)' : ''}`, () => {
  test.each([
    ['6969', 'NFS'],
    ['517b', 'SMB'],
    ['fe534d42', 'SMB'],
    ['ff534d42', 'SMB'],
    ['01021997', '9p'],
    ['65735546', 'FUSE'],
  ])('of type 0x%s is named as %s when the file cannot be locked', async (type, name) => {
    const { exited, errors } = runOn({ type, fail: 'fcntl:error=EOPNOTSUPP' });
    expect(await exited).toBe(1);
    expect(errors()).toMatch(
      new RegExp(`DATA_DIR is on ${name}, where .* Set DATA_DIR to a folder on a local disk\\.`),
    );
  });

  test.each(['EOPNOTSUPP', 'ENOSYS', 'ESTALE'])(
    'of an unknown type is told of when locks fail with %s',
    async (code) => {
      const { exited, errors } = runOn({ fail: `fcntl:error=${code}` });
      expect(await exited).toBe(1);
      expect(errors()).toMatch(
        /Set DATA_DIR to a folder on a local disk: this file system does not support the file locks/,
      );
    },
  );

  test('is named while the server waits for a file that nobody else may have', async () => {
    // What NFS answers without its lock daemon, which SQLite takes for a lock of another process.
    const { output } = runOn({ type: '6969', fail: 'fcntl:error=ENOLCK' });
    await eventually(() => expect(output()).toMatch(/is in use by another process.*DATA_DIR is on NFS/), startMs);
  });

  test('is named when the totals cannot be written any more', async () => {
    const { url, output } = runOn({ type: 'fe534d42', fail: 'pwrite64:error=ESTALE:when=40+' });
    // Otherwise, little is written.
    await openStream(`${await url()}/stream`);
    await eventually(() =>
      expect(output()).toMatch(/The totals cannot be written to DATA_DIR: .*DATA_DIR is on SMB, .* local disk\./),
    );
  });

  test('is not named where another one is used', async () => {
    const { exited, errors } = runOn({ fail: 'pwrite64:error=ENOSPC' });
    expect(await exited).toBe(1);
    expect(errors()).toMatch(/Set DATA_DIR to a folder with free space, where .*\.\n$/);
  });
});
