import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './program.ts';

const guide = readFileSync(join(root, 'docs/embedding.md'), 'utf8');

/** The first block of code in the guide that is in a language, and has these words in it, for a server. */
export function fromGuide(server: string, language: string, words = ''): string {
  const blocks = [...guide.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, is, code = '']) => ({ is, code }));
  const block = blocks.find(({ is, code }) => is === language && code.includes(words));
  if (block === undefined) throw new Error(`the guide has no ${language} with "${words}" in it`);
  return block.code.replaceAll('https://visitors.example.com', server);
}

/** The headers that the guide has a site with a strict policy send. */
export function strictHeaders(server: string): Record<string, string> {
  const [name = '', policy = ''] = fromGuide(server, 'http').split(/:\s+(.*)/s);
  return { [name]: policy.replaceAll(/\s+/g, ' ').trim() };
}
