const labels = {
  en: { one: 'visitor online', other: 'visitors online' },
  es: { one: 'visitante en línea', other: 'visitantes en línea' },
  pt: { one: 'visitante online', other: 'visitantes online' },
};

/**
 * The number and the words that follow it, in a language (BCP 47); the words in English where it is one that is not
 * spoken here.
 *
 * @param online - left out while it is not known
 * @returns `longest`: the words that take most subscription, whatever the number
 */
export function wordsFor(language: string, isCompact: boolean, online: number | undefined) {
  const locale = supported(language);
  const spoken = locale.slice(0, 2) in labels ? locale : 'en';
  const { one, other } = labels[spoken.slice(0, 2) as keyof typeof labels];
  const notation = isCompact ? 'compact' : 'standard';
  return {
    number: online === undefined ? '–' : new Intl.NumberFormat(locale, { notation }).format(online),
    label: online !== undefined && new Intl.PluralRules(spoken).select(online) === 'one' ? one : other,
    longest: other,
  };
}

/** The language itself, or English where browsers do not know it, or it is no language tag at all. */
function supported(language: string): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
