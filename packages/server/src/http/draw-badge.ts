import { makeBadge } from 'badge-maker';
import type { BadgeQuery } from './badge.ts';

/**
 * Draws a figure as an SVG image.
 *
 * @param value - `null` for `unknown`
 */
export function drawBadge({ label, color, style, format }: Omit<BadgeQuery, 'figure'>, value: number | null): string {
  if (value === null) return makeBadge({ label, message: 'unknown', color: 'lightgrey', style });
  const message = value.toLocaleString('en', { notation: format === 'full' ? 'standard' : 'compact' });
  return makeBadge({ label, message, color, style });
}
