import { makeBadge } from 'badge-maker';
import type { BadgeQuery } from './badge.ts';

const numbers = {
  full: new Intl.NumberFormat('en'),
  compact: new Intl.NumberFormat('en', { notation: 'compact' }),
};

/**
 * Draws a figure as an SVG image.
 *
 * @param value - `null` for `unknown`
 */
export function drawBadge({ label, color, style, format }: Omit<BadgeQuery, 'figure'>, value: number | null): string {
  if (value === null) return makeBadge({ label, message: 'unknown', color: 'lightgrey', style });
  return makeBadge({ label, message: numbers[format].format(value), color, style });
}
