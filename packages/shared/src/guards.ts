/** Checks that untrusted JSON is of a type. */
export type Guard<Type> = (value: unknown) => value is Type;

export function isNonNegativeInteger(value: unknown): value is number {
  // Only numbers are safe integers.
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export const isText: Guard<string> = (value) => typeof value === 'string';
export const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean';

export function optional<Type>(guard: Guard<Type>): Guard<Type | undefined> {
  return (value) => value === undefined || guard(value);
}

export function nullable<Type>(guard: Guard<Type>): Guard<Type | null> {
  return (value) => value === null || guard(value);
}

export function literal<const Value>(...values: Value[]): Guard<Value> {
  return (value): value is Value => values.some((known) => known === value);
}

export function listOf<Entry>(guard: Guard<Entry>): Guard<Entry[]> {
  return (value): value is Entry[] => Array.isArray(value) && value.every(guard);
}

/** An object with any names. */
export function recordOf<Value>(guard: Guard<Value>): Guard<{ [name: string]: Value }> {
  return (value): value is { [name: string]: Value } =>
    value instanceof Object && !Array.isArray(value) && Object.values(value).every((entry) => guard(entry));
}

/** Members that the type does not name are allowed: a later version may have added them. */
export function objectOf<Type>(members: { [Name in keyof Type]-?: Guard<Type[Name]> }): Guard<Type> {
  const guards = Object.entries<Guard<unknown>>(members);
  return (value): value is Type =>
    value instanceof Object && guards.every(([name, guard]) => guard(Reflect.get(value, name)));
}
