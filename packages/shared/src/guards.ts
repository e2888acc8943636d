export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A whole number that is not below zero and exact. */
export function isNonNegativeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Entries where something was recorded, and `null` where nothing was. */
export function isSeries(value: unknown, isEntry: (value: unknown) => boolean): value is (number | null)[] {
  return Array.isArray(value) && value.every((entry) => entry === null || isEntry(entry));
}
