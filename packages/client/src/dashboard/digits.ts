/** One place of a number that is shown. `leaving` is what stood there before, where that changes. */
export type Place = { character: string; leaving?: string };

/** How the places of a number change, from the first to the last: ones stay above ones, whatever the lengths. */
export function diffDigits(before: string, after: string): Place[] {
  const offset = before.length - after.length;
  return [...after].map((character, index) => {
    const was = before[index + offset] ?? '';
    return was === character ? { character } : { character, leaving: was };
  });
}
