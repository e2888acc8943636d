import { pageNames, whyTooLong } from './page-names.ts';
import { matching, oneOf, parseQuery, type QueryResult, quote, wholeNumber, wrongParameter } from './query.ts';
import { maxHistorySeconds, maxTabs, type StreamQuery } from './stream-url.ts';

const ids = 'separated by commas, each of 8 to 22 characters of A-Z a-z 0-9 _ -';
const idList = /^[\w-]{8,22}(,[\w-]{8,22})*$/;

const parameters = {
  browser: matching('8 to 64 characters of A-Z a-z 0-9 _ -', /^[A-Za-z0-9_-]{8,64}$/),
  tabs: wholeNumber(0, maxTabs),
  arrivals: {
    limits: `at most as many ids as "tabs", ${ids}`,
    read: (list: string) => (idList.test(list) ? list.split(',') : undefined),
  },
  history: wholeNumber(0, maxHistorySeconds),
  page: pageNames,
  watch: pageNames,
  refusal: { ...oneOf('event'), limits: 'event' },
};

/**
 * Reads the query of `GET /stream`; parameters of other names are ignored.
 *
 * @param entries - decoded names and values, in the order in which they came
 * @returns the query with its defaults, or a sentence with the first wrong parameter, its allowed values and its value.
 * `arrivals` is missing only if neither `arrivals` nor `browser` was given: all tabs are new then
 */
export function parseStreamQuery(entries: Iterable<readonly [name: string, value: string]>): QueryResult<StreamQuery> {
  const result = parseQuery(parameters, entries);
  if (!result.ok) return result;
  const { browser, tabs = 1, arrivals = browser && [], history = 0, page = [], watch = [] } = result.query;
  if (arrivals && arrivals.length > tabs) {
    const limits = `at most ${tabs} ids, as many as "tabs", ${ids}`;
    return { ok: false, detail: wrongParameter('arrivals', limits, arrivals.join()) };
  }
  const detail = whyTooMany(page, tabs) ?? whyTooLong([...page, ...watch]);
  if (detail !== undefined) return { ok: false, detail };
  return { ok: true, query: { ...result.query, tabs, history, ...(arrivals && { arrivals }) } };
}

/** What is wrong if more tabs are on one page than there are. */
function whyTooMany(pages: readonly string[], tabs: number): string | undefined {
  for (const [name, { length }] of Map.groupBy(pages, (name) => name))
    if (length > tabs)
      return `"page" must give each name at most ${tabs} times, as many as "tabs", but gives ${quote(name)} ${length} times.`;
  return undefined;
}
