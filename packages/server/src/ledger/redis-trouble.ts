/**
 * What it is that keeps a connection from being made, or has ended it; follows upon "Redis at …".
 *
 * The error's own message is not passed on: servers that do not know a command say so with its arguments, and a
 * password may be one of them.
 *
 * @param urlName - what the URL of Redis is called by whoever has set it
 */
export function explainConnectionError(error: unknown, urlName: string): string {
  const code = codeOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return 'refuses connections';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `cannot be found: there is no such host (${code})`;
    case 'NOAUTH':
      return `asks for a password, and ${urlName} has none (${code})`;
    case 'WRONGPASS':
    case 'NOPERM':
      return `does not accept the user and password in ${urlName} (${code})`;
    default:
      return `cannot be reached${code === undefined ? '' : ` (${code})`}`;
  }
}

/** The code of a system's error, or the first word of what Redis answered, which stands for the kind of error there. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0];
}
