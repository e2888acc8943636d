import { readEvent, type Snapshot } from '@live-visitors/shared';
import { onTestFinished } from 'vitest';

/** Reads a bare stream. Returns how to stop. */
export async function readSnapshots(
  url: string,
  onSnapshot: (snapshot: Snapshot) => void,
): Promise<() => Promise<void>> {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  const counts = (async () => {
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const snapshot = readEvent('visitors', /^data: (.*)$/m.exec(frame)?.[1] ?? '');
        if (snapshot) onSnapshot(snapshot);
      }
    }
  })().catch(() => {});

  return async () => {
    abort.abort();
    await counts;
  };
}

/** Reads a bare stream, and keeps what `online` it has shown, without itself. */
export async function observe(url: string) {
  const online: number[] = [];
  const stop = await readSnapshots(`${url}/stream`, (snapshot) => online.push(snapshot.online - 1));
  return { online, stop };
}

/** Records each snapshot from now on without being counted, until the test has finished. */
export async function recordSnapshots(url: string): Promise<Snapshot[]> {
  const snapshots: Snapshot[] = [];
  onTestFinished(await readSnapshots(`${url}/stream?tabs=0`, (snapshot) => snapshots.push(snapshot)));
  return snapshots;
}
