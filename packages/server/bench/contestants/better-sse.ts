// better-sse on Express, as its documentation has it: a session for each stream, all on one channel.
import { createChannel, createSession } from 'better-sse';
import cors from 'cors';
import express from 'express';
import { port, snapshotNow } from './payload.ts';

const channel = createChannel();
const app = express().use(cors());
app.get('/stream', async (request, response) => {
  const session = await createSession(request, response);
  channel.register(session);
  const snapshot = snapshotNow();
  session.push(snapshot, 'visitors', String(snapshot.at));
});
app.listen(port, '127.0.0.1');

setInterval(() => {
  const snapshot = snapshotNow();
  channel.broadcast(snapshot, 'visitors', { eventId: String(snapshot.at) });
}, 1000);
