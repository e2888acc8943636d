/** Writes the sentences to standard error, and ends the process with exit code 1. */
export function fail(...sentences: string[]): never {
  for (const sentence of sentences) console.error(sentence);
  process.exit(1);
}
