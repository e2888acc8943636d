const english = { one: 'visitor online', other: 'visitors online' };
const labels: { [language: string]: typeof english } = {
  es: { one: 'visitante en línea', other: 'visitantes en línea' },
  pt: { one: 'visitante online', other: 'visitantes online' },
};

/**
 * The number and its label in a language (BCP 47). The label is English if there is none in that language.
 *
 * @param online - left out while it is unknown
 * @returns `longest`: the longest label for any number
 */
export function textsFor(language: string, isCompact: boolean, online: number | undefined) {
  const tag = supported(language);
  const { one, other } = labels[tag.slice(0, 2)] ?? english;
  const notation = isCompact ? 'compact' : 'standard';
  return {
    number: online === undefined ? '–' : new Intl.NumberFormat(tag, { notation }).format(online),
    label: online === 1 ? one : other,
    longest: other,
  };
}

/** The language itself, or English if it is not a language tag or the browser does not support it. */
function supported(language: string): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
