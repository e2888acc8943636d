/** Ends the process with exit code 1, after these sentences on standard error. */
export function fail(...sentences: string[]): never {
  for (const sentence of sentences) console.error(sentence);
  process.exit(1);
}
