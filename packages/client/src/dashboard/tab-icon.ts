/** The green of the brand, dark enough for white digits, and a grey as dark. */
const liveGround = '#0a7549';
const restGround = '#6b7280';

/** The font sizes at which one, two, three and four characters fill a square of 32. Browsers show it at half that size. */
const fontSizes = [27, 24, 18, 15];

/** Two or more characters get this width in every font. */
const textWidth = 28;

/** The icon of the browser's tab: the number, in grey unless it is live, or the logo if there is no number. */
export function iconSvg(online: string | undefined, isLive: boolean): string {
  const ground = isLive ? liveGround : restGround;
  const text = iconText(online ?? '');
  const inside = text === '' ? logo(ground) : number(text, ground);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${inside}</svg>`;
}

/**
 * A whole number in at most four characters, in any digits and with any separators: `12,345` is `12k`.
 *
 * @returns only digits and `k`, `M` or `G`
 */
export function iconText(online: string): string {
  const digits = online.match(/\p{Nd}/gu) ?? [];
  const thousands = Math.min(3, Math.trunc((digits.length - 1) / 3));
  return digits.slice(0, digits.length - 3 * thousands).join('') + ['', 'k', 'M', 'G'][thousands];
}

function logo(color: string): string {
  return `<circle cx="16" cy="16" r="15" fill="${color}" opacity=".22"/><circle cx="16" cy="16" r="8" fill="${color}"/>`;
}

function number(text: string, ground: string): string {
  const fontSize = fontSizes[text.length - 1] ?? fontSizes.at(-1) ?? 0;
  const fitted = text.length > 1 ? `textLength="${textWidth}" lengthAdjust="spacingAndGlyphs" ` : '';
  return (
    `<rect width="32" height="32" rx="7" fill="${ground}"/>` +
    `<text x="16" y="${16 + fontSize * 0.36}" text-anchor="middle" font-family="system-ui,sans-serif" font-weight="700" ` +
    `${fitted}font-size="${fontSize}" fill="#fff">${text}</text>`
  );
}
