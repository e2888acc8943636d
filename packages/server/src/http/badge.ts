import type { Snapshot } from '@live-visitors/shared';
import { makeBadge } from 'badge-maker';
import type { BadgeQuery } from './badge-query.ts';

const numbers = {
  full: new Intl.NumberFormat('en'),
  compact: new Intl.NumberFormat('en', { notation: 'compact' }),
};

/**
 * Draws a figure as an SVG image. While a fleet's nodes cannot hear each other it says that it does not know: there is
 * no room in it for what makes a part of a figure true.
 */
export function drawBadge({ figure, label, color, style, format }: BadgeQuery, snapshot: Snapshot): string {
  if (snapshot.partial) return makeBadge({ label, message: 'unknown', color: 'lightgrey', style });
  return makeBadge({ label, message: numbers[format].format(snapshot[figure]), color, style });
}
