// What most tutorials show: each stream has an interval of its own.
import cors from 'cors';
import express from 'express';
import { frameNow, port } from './payload.ts';

const app = express().use(cors());
app.get('/stream', (_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  const send = () => response.write(frameNow());
  send();
  const timer = setInterval(send, 1000);
  response.on('close', () => clearInterval(timer));
});
app.listen(port, '127.0.0.1');
