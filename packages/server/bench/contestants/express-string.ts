// Plain Express, done with care: one interval, each tick encoded once and written to every response.
import cors from 'cors';
import express, { type Response } from 'express';
import { frameNow, port } from './payload.ts';

const responses = new Set<Response>();
const app = express().use(cors());
app.get('/stream', (_request, response) => {
  responses.add(response);
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  response.write(frameNow());
  response.on('close', () => responses.delete(response));
});
app.listen(port, '127.0.0.1');

setInterval(() => {
  const frame = frameNow();
  for (const response of responses) response.write(frame);
}, 1000);
