/** The text in parentheses is left out if the figure is 1 or, for `dot`, if the count is live. */
const english = {
  online: 'visitor(s) online',
  browsers: 'browser(s) online',
  visits: 'visit(s)',
  peak: 'peak visitor(s)',
  dot: '(not )live',
};
const translations: { [language: string]: typeof english } = {
  es: {
    online: 'visitante(s) en línea',
    browsers: 'navegador(es) en línea',
    visits: 'visita(s)',
    peak: 'visitante(s) en el pico',
    dot: '(no está )en vivo',
  },
  pt: {
    online: 'visitante(s) online',
    browsers: 'navegador(es) online',
    visits: 'visita(s)',
    peak: 'visitante(s) no pico',
    dot: '(não está )ao vivo',
  },
};

/** A figure that the element can show. */
export type ShownFigure = 'online' | 'browsers' | 'visits' | 'peak';

/** The figure of that name, or `online`. */
export function figureOf(name: unknown): ShownFigure {
  return name === 'browsers' || name === 'visits' || name === 'peak' ? name : 'online';
}

/** By language and notation: creating one takes longer than formatting, and elements format each second. */
const formats: { [key: string]: Intl.NumberFormat } = {};

type Texts = {
  number: string;
  label: string;
  /** The longest label for any number. */
  longest: string;
  /** Whether the count is live. */
  dot: string;
};

/**
 * The texts of the element in a language (BCP 47). They are English if there are none in that language.
 *
 * @param value - left out while it is unknown
 */
export function textsFor(
  language: string,
  isCompact: boolean,
  value?: number,
  figure: ShownFigure = 'online',
  isLive?: boolean,
): Texts {
  const format = formatFor(language, isCompact ? 'compact' : 'standard');
  const { [figure]: label, dot } = translations[format.resolvedOptions().locale.slice(0, 2)] ?? english;
  return {
    number: value === undefined ? '–' : format.format(value),
    label: form(label, value === 1),
    longest: form(label, false),
    dot: form(dot, isLive),
  };
}

const form = (text: string, isShort?: boolean): string => text.replace(isShort ? /\(.*\)/ : /[()]/g, '');

/** Formats in the language, or in English if it is not a language tag or the browser does not support it. */
function formatFor(language: string, notation: 'compact' | 'standard'): Intl.NumberFormat {
  try {
    // Some sites write `pt_BR`.
    const locales = [language.replace('_', '-'), 'en'];
    const format = formats[language + notation] ?? new Intl.NumberFormat(locales, { notation });
    formats[language + notation] = format;
    return format;
  } catch {
    return formatFor('en', notation);
  }
}
