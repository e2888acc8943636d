import * as v from 'valibot';

/** One parameter of a query: its limits in words, and the schema that holds its value to them. */
export type Parameter<Value = unknown> = { limits: string; schema: v.GenericSchema<string, Value> };

type Parameters = { [name: string]: Parameter };

/** The values that were given, each as its schema gives it. */
export type Given<Known extends Parameters> = { [Name in keyof Known]?: v.InferOutput<Known[Name]['schema']> };

export type QueryResult<Query> = { ok: true; query: Query } | { ok: false; detail: string };

/**
 * Reads a query; parameters of other names are passed over.
 *
 * @param entries - names and values, decoded, in the order in which they came
 * @returns what was given; or a sentence that names the first parameter that is wrong, its limits, and what came
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
  for (const [name, { limits, schema }] of Object.entries(parameters)) {
    const value = values.get(name);
    if (value === undefined) continue;
    const result = v.safeParse(schema, value);
    if (!result.success) return { ok: false, detail: wrongParameter(name, limits, value) };
    given[name] = result.output;
  }
  // Each was put there under its own name, as its own schema gave it; TypeScript does not follow the loop.
  return { ok: true, query: given as Given<Known> };
}

/** A sentence that names a parameter, its limits, and what came. */
export function wrongParameter(name: string, limits: string, value: string): string {
  return `"${name}" must be ${limits}, but is ${quote(value)}.`;
}

export function parameter<Value>(limits: string, schema: v.GenericSchema<string, Value>): Parameter<Value> {
  return { limits, schema };
}

/** A parameter that is a whole number, in plain digits. `max` has four of them at most. */
export function wholeNumber(min: number, max: number): Parameter<number> {
  const inRange = v.pipe(v.number(), v.minValue(min), v.maxValue(max));
  const digits = v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,3})$/), v.transform(Number));
  return parameter(`a whole number from ${min} to ${max}`, v.pipe(digits, inRange));
}

/** A parameter that is one of several words. */
export function oneOf<const Word extends string>(...words: Word[]): Parameter<Word> {
  return parameter(`one of ${words.join(', ')}`, v.picklist(words));
}

/** What came, fit for a sentence: control characters escaped, and no longer than a line. */
function quote(value: string): string {
  const maxLength = 80;
  const json = JSON.stringify(value.length > maxLength ? `${value.slice(0, maxLength)}…` : value);
  // JSON escapes those below the space only (RFC 8259 §7).
  return json.replace(/\p{Cc}/gu, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
