import type { EventMap, EventName } from './events.ts';
import { isNonNegativeInteger, isObject, isSeries } from './guards.ts';

/**
 * Reads the `data` of an event of the given name, for pages that have to be small: without the schemas, by which
 * `decodeEvent` goes. What that reads, this one reads to the same effect, and more besides: members of other versions stay.
 *
 * @returns the payload, or `undefined` where `data` is no such payload
 */
export function readEvent<Name extends EventName>(name: Name, data: string): EventMap[Name] | undefined {
  let payload: unknown;
  try {
    payload = JSON.parse(data);
  } catch {
    return undefined;
  }
  // The check that was looked up by `Name` passes payloads of `Name`; TypeScript does not follow the look-up.
  return isObject(payload) && checks[name](payload) ? (payload as EventMap[Name]) : undefined;
}

const checks: { [Name in EventName]: (payload: Record<string, unknown>) => boolean } = {
  welcome: ({ tabs, renewWithinMs, history }) =>
    isNonNegativeInteger(tabs) && isOptional(renewWithinMs, isNonNegativeInteger) && isOptional(history, isHistory),
  visitors: ({ online, browsers, visits, peak, visitorSeconds, at, partial }) =>
    [online, browsers, visits, peak, visitorSeconds, at].every(isNonNegativeInteger) &&
    isOptional(partial, (value) => value === true),
  farewell: ({ reason, reconnectInMs }) =>
    /^(restart|expired|replaced)$/.test(`${reason}`) && isNonNegativeInteger(reconnectInMs),
  refused: ({ status, detail, reconnectInMs }) =>
    isNonNegativeInteger(status) && typeof detail === 'string' && isOptional(reconnectInMs, isNonNegativeInteger),
};

function isHistory(value: unknown): boolean {
  return (
    isObject(value) &&
    isNonNegativeInteger(value.everyMs) &&
    isNonNegativeInteger(value.endsAt) &&
    isSeries(value.online, isNonNegativeInteger)
  );
}

function isOptional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value);
}

// As the type of the keys is known here, `Object.keys` tells no lie.
export const eventNames = Object.keys(checks) as EventName[];
