import type { RequestHandler } from 'express';
import type { Metrics } from '../observability/metrics.ts';

/** Answers 200, even if totals cannot be recorded: counting continues, and only the log says what is wrong. */
export function sendStatus(trouble: () => string | undefined = () => undefined): RequestHandler {
  return (_request, response) => {
    const isInTrouble = trouble() !== undefined;
    response
      .set('Cache-Control', 'no-store')
      .type('text/plain')
      .send(isInTrouble ? 'ok, but totals cannot be recorded. They are kept in memory. The log says why.\n' : 'ok\n');
  };
}

/** Answers with the metrics, as Prometheus reads them. */
export function sendMetrics({ registry }: Metrics): RequestHandler {
  return async (_request, response) => {
    const text = await registry.metrics();
    response.set('Cache-Control', 'no-store').type(registry.contentType).send(text);
  };
}
