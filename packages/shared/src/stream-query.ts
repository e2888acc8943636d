import * as v from 'valibot';
import { parameter, parseQuery, type QueryResult, wholeNumber, wrongParameter } from './query.ts';
import { maxHistorySeconds, maxTabs, type StreamQuery } from './stream-url.ts';

const idLimits = '8 to 22 characters of A-Z a-z 0-9 _ -';
const idList = /^[\w-]{8,22}(,[\w-]{8,22})*$/;

const parameters = {
  browser: parameter('8 to 64 characters of A-Z a-z 0-9 _ -', v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/))),
  tabs: wholeNumber(0, maxTabs),
  arrivals: parameter(
    `at most as many ids as "tabs", separated by commas, each of ${idLimits}`,
    v.pipe(
      v.string(),
      v.regex(idList),
      v.transform((list) => list.split(',')),
    ),
  ),
  history: wholeNumber(0, maxHistorySeconds),
  refusal: parameter('event', v.literal('event')),
};

export type StreamQueryResult = QueryResult<StreamQuery>;

/**
 * Reads the query of `GET /stream`; parameters of other names are ignored.
 *
 * @param entries - names and values, decoded, in the order in which they came
 * @returns the query, with defaults filled in; or a sentence that names the first parameter that is wrong, its limits,
 * and what came. `arrivals` is missing only where neither `arrivals` nor `browser` was given: all tabs are new then.
 */
export function parseStreamQuery(entries: Iterable<readonly [name: string, value: string]>): StreamQueryResult {
  const result = parseQuery(parameters, entries);
  if (!result.ok) return result;
  const { browser, tabs = 1, arrivals = browser && [], history = 0, refusal } = result.query;
  if (arrivals && arrivals.length > tabs) {
    const limits = `at most ${tabs} ids, as many as "tabs", separated by commas, each of ${idLimits}`;
    return { ok: false, detail: wrongParameter('arrivals', limits, arrivals.join()) };
  }
  return {
    ok: true,
    query: { ...(browser && { browser }), tabs, ...(arrivals && { arrivals }), history, ...(refusal && { refusal }) },
  };
}
