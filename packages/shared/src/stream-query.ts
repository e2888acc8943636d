import * as v from 'valibot';

/** The most tabs that one stream may speak for. */
export const maxTabs = 64;

/** The most seconds of history that `welcome` brings. */
export const maxHistorySeconds = 3600;

const parameters = {
  browser: parameter('8 to 64 characters of A-Z a-z 0-9 _ -', v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/))),
  tabs: wholeNumber(1, maxTabs),
  arrivals: wholeNumber(0, maxTabs),
  history: wholeNumber(0, maxHistorySeconds),
};

type ParameterName = keyof typeof parameters;

/** What the query of `GET /stream` says. */
export type StreamQuery = {
  /** A random id that this browser keeps in memory only: the newest stream of an id takes the last one's place. */
  browser?: string;
  /** Tabs open in this browser now. */
  tabs: number;
  /** How many of them have not been counted as visits yet. */
  arrivals: number;
  /** Seconds of history wanted in `welcome`. */
  history: number;
};

export type StreamQueryResult = { ok: true; query: StreamQuery } | { ok: false; detail: string };

/**
 * Reads the query of `GET /stream`; parameters of other names are passed over.
 *
 * @param entries - names and values, decoded, in the order in which they came
 * @returns the query, with what was left out filled in; or a sentence that names the first parameter that is wrong,
 * its limits, and what came
 */
export function parseStreamQuery(entries: Iterable<readonly [name: string, value: string]>): StreamQueryResult {
  const given: { [Name in ParameterName]?: string } = {};
  for (const [name, value] of entries) {
    if (!isParameterName(name)) continue;
    if (given[name] !== undefined) return { ok: false, detail: `"${name}" may be given once, but came more often.` };
    given[name] = value;
  }

  const wrong = (name: ParameterName, limits: string) => ({
    ok: false as const,
    detail: `"${name}" must be ${limits}, but is ${quote(given[name] ?? '')}.`,
  });
  for (const name of parameterNames) {
    const { limits, schema } = parameters[name];
    if (!v.is(v.optional(schema), given[name])) return wrong(name, limits);
  }

  const { browser, tabs: givenTabs = '1', arrivals: givenArrivals = givenTabs, history = '0' } = given;
  const tabs = Number(givenTabs);
  const arrivals = Number(givenArrivals);
  if (arrivals > tabs) return wrong('arrivals', `a whole number from 0 to "tabs", which is ${tabs}`);
  return { ok: true, query: { ...(browser && { browser }), tabs, arrivals, history: Number(history) } };
}

/** The query string of `GET /stream`, with its `?`; empty when nothing is asked for. */
export function formatStreamQuery(query: Partial<StreamQuery>): string {
  // No value needs escaping: ids are made of unreserved characters (RFC 3986 §2.3), the rest are whole numbers.
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function parameter(limits: string, schema: v.GenericSchema<string>) {
  return { limits, schema };
}

function wholeNumber(min: number, max: number) {
  const inRange = (value: string) => Number(value) >= min && Number(value) <= max;
  return parameter(
    `a whole number from ${min} to ${max}`,
    v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,3})$/), v.check(inRange)),
  );
}

// As the type of the keys is known here, `Object.keys` tells no lie.
const parameterNames = Object.keys(parameters) as ParameterName[];

function isParameterName(name: string): name is ParameterName {
  return Object.hasOwn(parameters, name);
}

/** What came, fit for a sentence: control characters escaped, and no longer than a line. */
function quote(value: string): string {
  const maxLength = 80;
  return JSON.stringify(value.length > maxLength ? `${value.slice(0, maxLength)}…` : value);
}
