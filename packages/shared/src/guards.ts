export type Guard<Type> = (value: unknown) => value is Type;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function isNonNegativeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Whether it is a list of such entries, or `null` for those that are unknown. */
export function isSeries<Entry>(value: unknown, isEntry: Guard<Entry>): value is (Entry | null)[] {
  return Array.isArray(value) && value.every((entry) => entry === null || isEntry(entry));
}

export function isOptional<Type>(value: unknown, isType: Guard<Type>): value is Type | undefined {
  return value === undefined || isType(value);
}
