import { type Given, oneOf, parameter, parseQuery, type QueryResult } from '@live-visitors/shared';
import * as v from 'valibot';

/** The names that badge-maker has for colours of its own. */
export const badgeColors = [
  'brightgreen',
  'green',
  'yellow',
  'yellowgreen',
  'orange',
  'red',
  'blue',
  'grey',
  'lightgrey',
] as const;

/** In characters, as Unicode counts them. */
const maxLabelLength = 64;

// What XML 1.0 §2.2 cannot express, not even escaped, is among these.
const label = new RegExp(`^[^\\p{Cc}\\p{Cs}\\p{Noncharacter_Code_Point}]{0,${maxLabelLength}}$`, 'u');
const hex = /^([\da-f]{3}){1,2}$/i;

const parameters = {
  figure: oneOf('online', 'visits'),
  /** What stands to the left of the figure; empty for nothing. */
  label: parameter(
    `0 to ${maxLabelLength} characters, and no control characters among them`,
    v.pipe(v.string(), v.regex(label)),
  ),
  /** A named colour, or hexadecimal digits without a number sign. */
  color: parameter(
    `3 or 6 hexadecimal digits, or one of ${badgeColors.join(', ')}`,
    v.union([v.picklist(badgeColors), v.pipe(v.string(), v.regex(hex))]),
  ),
  style: oneOf('flat', 'flat-square', 'plastic', 'for-the-badge'),
  /** The figure in full, as in 12,345, or as in 12K. */
  format: oneOf('full', 'compact'),
};

const labels = { online: 'visitors online', visits: 'visits' };

/** What the query of `GET /badge.svg` says. */
export type BadgeQuery = Required<Given<typeof parameters>>;

/** Reads the query of `GET /badge.svg`, as `parseStreamQuery` does that of a stream. */
export function parseBadgeQuery(entries: Iterable<readonly [name: string, value: string]>): QueryResult<BadgeQuery> {
  const result = parseQuery(parameters, entries);
  if (!result.ok) return result;
  const { figure = 'online' } = result.query;
  const defaults: BadgeQuery = { figure, label: labels[figure], color: 'blue', style: 'flat', format: 'full' };
  return { ok: true, query: { ...defaults, ...result.query } };
}
