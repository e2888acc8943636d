import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const commandTimeoutMs = 10_000;
let created = 0;

/** A network of its own, with programs on it: other addresses, kernel settings and cables than those of the machine. */
export type NetworkNamespace = {
  name: string;
  /** Runs a command in it to its end. Returns what it printed. */
  run: (command: string, ...args: string[]) => Promise<string>;
  /** Starts a program in it, which runs until the namespace is removed. */
  start: (command: string, args: string[], env?: Record<string, string>) => Program;
  /** Ends all that was started in it, and takes it away. */
  remove: () => Promise<void>;
};

type Program = {
  pid: number;
  isRunning: () => boolean;
  /** Calls back with each piece of what it prints. */
  onOutput: (read: (text: string) => void) => void;
};

/** Why there can be no namespaces here, or `undefined` where there can. */
export function whyNoNamespaces(): string | undefined {
  if (process.getuid?.() !== 0) return 'it takes root';
  const name = nextName();
  try {
    for (const command of ['add', 'delete']) {
      execFileSync('ip', ['netns', command, name], { timeout: commandTimeoutMs, stdio: 'ignore' });
    }
    for (const command of ['curl', 'sysctl']) {
      execFileSync(command, ['--version'], { timeout: commandTimeoutMs, stdio: 'ignore' });
    }
    return undefined;
  } catch {
    return 'it takes Linux network namespaces, ip, curl and sysctl';
  }
}

/** Makes a namespace that reaches nothing but itself. */
export async function createNamespace(): Promise<NetworkNamespace> {
  const name = nextName();
  const stops: (() => Promise<void>)[] = [];

  async function run(command: string, ...args: string[]): Promise<string> {
    const { stdout } = await execute('ip', ['netns', 'exec', name, command, ...args], { timeout: commandTimeoutMs });
    return stdout;
  }

  await ip('netns', 'add', name);
  await run('ip', 'link', 'set', 'lo', 'up');

  return {
    name,
    run,

    start(command, args, env = {}) {
      // `ip` turns into the program, so that the child is that.
      const child = spawn('ip', ['netns', 'exec', name, command, ...args], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      child.stdout.setEncoding('utf8');
      stops.push(async () => {
        child.kill('SIGKILL');
        await exited;
      });
      return {
        pid: Number(child.pid),
        isRunning: () => child.exitCode === null && child.signalCode === null,
        onOutput: (read) => child.stdout.on('data', read),
      };
    },

    async remove() {
      for (const stop of stops) await stop();
      await ip('netns', 'delete', name);
    },
  };
}

/** Lays a cable between two namespaces, with an address at either end. Returns how to pull it. */
export async function layCable(
  here: { namespace: NetworkNamespace; address: string },
  there: { namespace: NetworkNamespace; address: string },
): Promise<() => Promise<void>> {
  await ip(
    ...['link', 'add', 'cable', 'netns', here.namespace.name],
    ...['type', 'veth', 'peer', 'name', 'cable', 'netns', there.namespace.name],
  );
  for (const { namespace, address } of [here, there]) {
    await namespace.run('ip', 'address', 'add', `${address}/24`, 'dev', 'cable');
    await namespace.run('ip', 'link', 'set', 'cable', 'up');
  }
  // Nothing is said on the way: neither end of a TCP connection hears of it.
  return async () => {
    await there.namespace.run('ip', 'link', 'set', 'cable', 'down');
  };
}

async function ip(...args: string[]): Promise<void> {
  await execute('ip', args, { timeout: commandTimeoutMs });
}

function nextName(): string {
  return `live-visitors-${process.pid}-${++created}`;
}
