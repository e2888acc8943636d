import { decodeEvent } from '@live-visitors/shared';

/** Reads a bare stream, and keeps what `online` it has shown, without itself. */
export async function observe(url: string) {
  const abort = new AbortController();
  const response = await fetch(`${url}/stream`, { signal: abort.signal });
  const online: number[] = [];
  const reading = (async () => {
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const snapshot = decodeEvent('visitors', /^data: (.*)$/m.exec(frame)?.[1] ?? '');
        if (snapshot) online.push(snapshot.online - 1);
      }
    }
  })().catch(() => {});

  return {
    online,
    async stop() {
      abort.abort();
      await reading;
    },
  };
}
