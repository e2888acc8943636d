/** One parameter of a query. */
export type Parameter<Value = unknown> = {
  /** The values that are allowed, as in "must be …". */
  limits: string;
  /** The value, or `undefined` if the text is not allowed. */
  read: (text: string) => Value | undefined;
};

type Parameters = { [name: string]: Parameter };

/** The parameters that were given, each as it was read. */
export type Given<Known extends Parameters> = {
  [Name in keyof Known]?: Exclude<ReturnType<Known[Name]['read']>, undefined>;
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
  const values = new Map<string, string>();
  for (const [name, value] of entries) {
    if (!Object.hasOwn(parameters, name)) continue;
    if (values.has(name)) return { ok: false, detail: `"${name}" was given more than once.` };
    values.set(name, value);
  }

  const given: { [name: string]: unknown } = {};
  for (const [name, { limits, read }] of Object.entries(parameters)) {
    const value = values.get(name);
    if (value === undefined) continue;
    given[name] = read(value);
    if (given[name] === undefined) return { ok: false, detail: wrongParameter(name, limits, value) };
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

/** A value, fit for a sentence: control characters escaped, and no longer than a line. */
function quote(value: string): string {
  const maxLength = 80;
  const json = JSON.stringify(value.length > maxLength ? `${value.slice(0, maxLength)}…` : value);
  // JSON escapes only those below the space (RFC 8259 §7).
  return json.replace(/\p{Cc}/gu, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
