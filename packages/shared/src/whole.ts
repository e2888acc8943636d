import * as v from 'valibot';

/** A number that is whole, exact, and not below zero. */
export const nonNegativeIntegerSchema: v.GenericSchema<number> = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
