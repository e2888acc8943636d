import type { PageCount } from '@live-visitors/shared';

/**
 * Puts the fullest pages first. Of those with equal counts, the ones that were listed keep their order, and new ones follow.
 *
 * @param before - the names that were listed, in their order
 */
export function keepOrder(pages: readonly PageCount[], before: readonly string[]): PageCount[] {
  const places = new Map(before.map((name, index) => [name, index]));
  const placeOf = ({ name }: PageCount) => places.get(name) ?? before.length;
  return [...pages].sort((one, other) => other.online - one.online || placeOf(one) - placeOf(other));
}
