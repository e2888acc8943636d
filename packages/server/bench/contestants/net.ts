// The floor: no HTTP server at all, one shared buffer, written to every socket in one go.
import { createServer, type Socket } from 'node:net';
import { limitHeap } from '../../../live-visitors/src/limit-heap.ts';
import { frameNow, port } from './payload.ts';

// As this server does: otherwise the two would be compared under different settings of V8.
limitHeap();

const sockets = new Set<Socket>();
const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n';

createServer({ noDelay: true }, (socket) => {
  socket.once('data', () => {
    sockets.add(socket);
    socket.write(head + frameNow());
  });
  socket.on('close', () => sockets.delete(socket)).on('error', () => {});
}).listen({ port, host: '127.0.0.1', backlog: 65_535 });

setInterval(() => {
  const frame = Buffer.from(frameNow());
  for (const socket of sockets) socket.write(frame);
}, 1000);
