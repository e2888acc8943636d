import express, { type Express, type Router } from 'express';
import { withoutPort } from './address.ts';
import type { TrustFunction } from './forwarding.ts';
import { sendProblem } from './problem.ts';

/** The whole server's answers: those of the router, and for all else that there is nothing. */
export function createApp(router: Router, trustProxy: boolean | number | string): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // The queries that count have parsers of their own.
  app.set('query parser', false);
  app.set('trust proxy', trustProxy);
  // Express does not know an address that has a port for one of a proxy.
  const trusts: TrustFunction = app.get('trust proxy fn');
  app.set('trust proxy fn', ((address, hop) => trusts(withoutPort(address), hop)) satisfies TrustFunction);

  app.use(router);
  app.use((request, response) => {
    sendProblem(response, 404, `There is nothing at ${JSON.stringify(request.path)}.`);
  });
  return app;
}
