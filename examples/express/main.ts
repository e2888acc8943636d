import { liveVisitors } from '@live-visitors/server';
import express from 'express';

const app = express();
const visitors = liveVisitors({ dataDir: 'data' });
app.use('/live', visitors);

app.get('/', (_request, response) => {
  response.send(`<!doctype html>
    <title>A shop</title>
    <h1>A shop</h1>
    <p>Here now: <live-visitors></live-visitors></p>
    <script async src="/live/widget.js"></script>`);
});

visitors.subscribe(({ online, visits }) => console.log(`${online} here now, ${visits} visits so far`));

const server = app.listen(process.env.PORT ?? 8080, (error) => {
  if (error) throw error;
  const address = server.address();
  if (typeof address === 'object') console.log(`listening on http://localhost:${address?.port}`);
});
process.once('SIGTERM', async () => {
  await visitors.close();
  server.close();
});
