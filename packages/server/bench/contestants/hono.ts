// Hono on Node, with its helper for Server-Sent Events.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { port, snapshotNow } from './payload.ts';

const streams = new Set<SSEStreamingApi>();

function messageNow() {
  const snapshot = snapshotNow();
  return { event: 'visitors', id: String(snapshot.at), data: JSON.stringify(snapshot) };
}

const app = new Hono().use(cors());
app.get('/stream', (context) =>
  streamSSE(context, async (stream) => {
    const aborted = new Promise<void>((resolve) => stream.onAbort(resolve));
    streams.add(stream);
    await stream.writeSSE(messageNow());
    await aborted;
    streams.delete(stream);
  }),
);
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });

setInterval(() => {
  const message = messageNow();
  for (const stream of streams) void stream.writeSSE(message);
}, 1000);
