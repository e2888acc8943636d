/** A time in milliseconds since 1970 as `2026-11-29T12:00:00.000Z`. */
export function toUtc(time: number): string {
  return new Date(time).toISOString();
}
