/** One parameter of a query. */
export type Parameter<Value = unknown> = {
  /** The values that are allowed, as in "must be …". */
  limits: string;
  /** The value, or `undefined` if the text is not allowed. */
  read: (text: string) => Value | undefined;
};

/** A parameter that may be given several times. What was given is a list. */
export type RepeatableParameter<Value = unknown> = Parameter<Value> & { maxTimes: number };

type Parameters = { [name: string]: Parameter | RepeatableParameter };

type ValueOf<Known extends Parameter> = Exclude<ReturnType<Known['read']>, undefined>;

/** The parameters that were given, each as it was read. */
export type Given<Known extends Parameters> = {
  [Name in keyof Known]?: Known[Name] extends RepeatableParameter ? ValueOf<Known[Name]>[] : ValueOf<Known[Name]>;
};

export type QueryResult<Query> = { ok: true; query: Query } | { ok: false; detail: string };

/**
 * Reads a query; parameters of other names are ignored.
 *
 * @param entries - decoded names and values, in the order in which they came
 * @returns what was given, or a sentence with the first wrong parameter, its allowed values and its value
 */
export function parseQuery<Known extends Parameters>(
  parameters: Known,
  entries: Iterable<readonly [name: string, value: string]>,
): QueryResult<Given<Known>> {
  const texts = new Map<string, string[]>();
  for (const [name, text] of entries) {
    if (!Object.hasOwn(parameters, name)) continue;
    const known = texts.get(name);
    if (known === undefined) texts.set(name, [text]);
    else known.push(text);
  }

  const given: { [name: string]: unknown } = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const known = texts.get(name);
    if (known === undefined) continue;
    const result = readAll(name, parameter, known);
    if (!result.ok) return result;
    given[name] = 'maxTimes' in parameter ? result.query : result.query[0];
  }
  // Each value was read by the parameter of its name; TypeScript does not follow the loop.
  return { ok: true, query: given as Given<Known> };
}

function readAll(name: string, parameter: Parameters[string], texts: readonly string[]): QueryResult<unknown[]> {
  const { limits, read } = parameter;
  const maxTimes = 'maxTimes' in parameter ? parameter.maxTimes : 1;
  if (texts.length > maxTimes) {
    const most = maxTimes === 1 ? 'once' : `${maxTimes} times: it was given ${texts.length} times`;
    return { ok: false, detail: `"${name}" was given more than ${most}.` };
  }
  const values: unknown[] = [];
  for (const text of texts) {
    const value = read(text);
    if (value === undefined) return { ok: false, detail: wrongParameter(name, limits, text) };
    values.push(value);
  }
  return { ok: true, query: values };
}

/** A sentence that names a parameter, its allowed values, and its value. */
export function wrongParameter(name: string, limits: string, value: string): string {
  return `"${name}" must be ${limits}, but is ${quote(value)}.`;
}

/** A parameter that has a form. */
export function matching(limits: string, form: RegExp): Parameter<string> {
  return { limits, read: (text) => (form.test(text) ? text : undefined) };
}

/** A parameter that is a whole number in plain digits, of which `max` has four at most. */
export function wholeNumber(min: number, max: number): Parameter<number> {
  return {
    limits: `a whole number from ${min} to ${max}`,
    read: (text) => (/^(0|[1-9]\d{0,3})$/.test(text) && +text >= min && +text <= max ? +text : undefined),
  };
}

/** A parameter that is one of several words. */
export function oneOf<const Word extends string>(...words: Word[]): Parameter<Word> {
  return { limits: `one of ${words.join(', ')}`, read: (text) => words.find((word) => word === text) };
}

/** A parameter that may be given at most `maxTimes`. */
export function repeatable<Value>(parameter: Parameter<Value>, maxTimes: number): RepeatableParameter<Value> {
  return { ...parameter, maxTimes };
}

/** A value, fit for a sentence: control characters escaped, and no longer than a line. */
export function quote(value: string): string {
  const maxLength = 80;
  const json = JSON.stringify(value.length > maxLength ? `${value.slice(0, maxLength)}…` : value);
  // JSON escapes only those below the space (RFC 8259 §7).
  return json.replace(/\p{Cc}/gu, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
