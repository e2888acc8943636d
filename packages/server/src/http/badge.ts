import { type Given, matching, oneOf, pageName, parseQuery, type QueryResult } from '@live-visitors/shared';

/** The colours that badge-maker has names for. */
export const colors = ['brightgreen', 'green', 'yellow', 'yellowgreen', 'orange', 'red', 'blue', 'grey', 'lightgrey'];

// Unicode characters, without those that XML 1.0 §2.2 cannot express, not even escaped.
const label = /^[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]{0,64}$/u;
const color = new RegExp(`^(?:${colors.join('|')}|(?:[\\da-fA-F]{3}){1,2})$`);

const parameters = {
  figure: oneOf('online', 'browsers', 'visits', 'peak'),
  /** The page whose tabs are counted. By default, all tabs of the site are. */
  page: pageName,
  /** The text to the left of the figure; empty for none. */
  label: matching('0 to 64 characters, and no control characters among them', label),
  /** A named colour, or hexadecimal digits without a number sign. */
  color: matching(`3 or 6 hexadecimal digits, or one of ${colors.join(', ')}`, color),
  style: oneOf('flat', 'flat-square', 'plastic', 'for-the-badge'),
  /** In full as in 12,345, or compact as in 12K. */
  format: oneOf('full', 'compact'),
};

const labels = { online: 'visitors online', browsers: 'browsers online', visits: 'visits', peak: 'peak visitors' };

/** The query of `GET /badge.svg`. */
export type BadgeQuery = Required<Omit<Given<typeof parameters>, 'page'>> & { page?: string };

/** Reads the query of `GET /badge.svg`; parameters of other names are ignored. */
export function parseBadgeQuery(entries: Iterable<readonly [name: string, value: string]>): QueryResult<BadgeQuery> {
  const result = parseQuery(parameters, entries);
  if (!result.ok) return result;
  const { figure = 'online', page } = result.query;
  if (page !== undefined && figure !== 'online')
    return { ok: false, detail: `"figure" must be online for a "page", but is "${figure}".` };
  const defaults: BadgeQuery = { figure, label: labels[figure], color: 'blue', style: 'flat', format: 'full' };
  return { ok: true, query: { ...defaults, ...result.query } };
}
