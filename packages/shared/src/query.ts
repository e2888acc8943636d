/** One parameter of a query. */
export type Parameter<Value = unknown> = {
  /** The values that are allowed, as in "must be …". */
  limits: string;
  /** The value, or `undefined` if the text is not allowed. */
  read: (text: string) => Value | undefined;
  /** At most so many values, and the result is a list. Without it, one value. */
  maxTimes?: number;
};

/** One that may be given several times. */
export type RepeatableParameter<Value = unknown> = Parameter<Value> & { maxTimes: number };

type Parameters = { [name: string]: Parameter };

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
  const given: { [name: string]: unknown } = {};
  for (const [name, found] of Map.groupBy(entries, ([name]) => name)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) continue;
    const { limits, read, maxTimes } = parameter;
    if (found.length > (maxTimes ?? 1)) {
      const most = maxTimes === undefined ? 'once' : `${maxTimes} times: it was given ${found.length} times`;
      return { ok: false, detail: `"${name}" was given more than ${most}.` };
    }
    const values = found.map(([, text]) => read(text));
    const wrong = found[values.indexOf(undefined)];
    if (wrong !== undefined) return { ok: false, detail: wrongParameter(name, limits, wrong[1]) };
    given[name] = maxTimes === undefined ? values[0] : values;
  }
  // Each value was read by the parameter of its name; TypeScript does not follow the loop.
  return { ok: true, query: given as Given<Known> };
}

/** A sentence that names a parameter, its allowed values, and its value. */
export function wrongParameter(name: string, limits: string, value: string): string {
  return `"${name}" must be ${limits}, but is ${quote(value)}.`;
}

/** A parameter that has a form. */
export function matching(limits: string, form: RegExp): Parameter<string> {
  return { limits, read: (text) => (form.test(text) ? text : undefined) };
}

/** A parameter that is a whole number in plain digits. */
export function wholeNumber(min: number, max: number): Parameter<number> {
  return {
    limits: `a whole number from ${min} to ${max}`,
    read: (text) => (/^(0|[1-9]\d{0,14})$/.test(text) && +text >= min && +text <= max ? +text : undefined),
  };
}

/** A parameter that is one of several words. */
export function oneOf<const Word extends string>(...words: Word[]): Parameter<Word> {
  return { limits: `one of ${words.join(', ')}`, read: (text) => words.find((word) => word === text) };
}

/** A value, fit for a sentence: control characters escaped, and no longer than a line. */
export function quote(value: string): string {
  const maxLength = 80;
  const json = JSON.stringify(value.length > maxLength ? `${value.slice(0, maxLength)}…` : value);
  // JSON escapes only those below the space (RFC 8259 §7).
  return json.replace(/\p{Cc}/gu, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
