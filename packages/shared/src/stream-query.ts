import { matching, oneOf, parseQuery, type QueryResult, wholeNumber, wrongParameter } from './query.ts';
import { maxHistorySeconds, maxTabs, type StreamQuery } from './stream-url.ts';

const parameters = {
  browser: matching('8 to 64 characters of A-Z a-z 0-9 _ -', /^[A-Za-z0-9_-]{8,64}$/),
  tabs: wholeNumber(0, maxTabs),
  arrivals: wholeNumber(0, maxTabs),
  history: wholeNumber(0, maxHistorySeconds),
  refusal: { ...oneOf('event'), limits: 'event' },
};

export type StreamQueryResult = QueryResult<StreamQuery>;

/**
 * Reads the query of `GET /stream`; parameters of other names are passed over.
 *
 * @param entries - names and values, decoded, in the order in which they came
 * @returns the query, with what was left out filled in; or a sentence that names the first parameter that is wrong,
 * its limits, and what came
 */
export function parseStreamQuery(entries: Iterable<readonly [name: string, value: string]>): StreamQueryResult {
  const result = parseQuery(parameters, entries);
  if (!result.ok) return result;
  const { browser, tabs = 1, arrivals = tabs, history = 0, refusal } = result.query;
  if (arrivals > tabs) {
    const limits = `a whole number from 0 to "tabs", which is ${tabs}`;
    return { ok: false, detail: wrongParameter('arrivals', limits, String(arrivals)) };
  }
  return { ok: true, query: { ...(browser && { browser }), tabs, arrivals, history, ...(refusal && { refusal }) } };
}
