import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Copies what Docker sends of a folder to be built: all files but those that its `.dockerignore` leaves out. */
export function copyContext(from: string, to: string): void {
  const rules = readRules(readFileSync(join(from, '.dockerignore'), 'utf8'));

  function copy(folder: string): void {
    for (const entry of readdirSync(join(from, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!isIgnored(path, rules) || mayHoldMore(path, rules)) copy(path);
      } else if (!isIgnored(path, rules)) {
        cpSync(join(from, path), join(to, path), { verbatimSymlinks: true });
      }
    }
  }

  copy('');
}

type Rule = { pattern: string; matches: RegExp; ignores: boolean };

/** Reads a `.dockerignore` (Docker's documentation, "Build context"). */
function readRules(text: string): Rule[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const pattern = line.replace(/^!/, '');
      const source = pattern
        .split(/(\*\*\/|\*)/)
        .map((part) => (part === '**/' ? '(?:.*/)?' : part === '*' ? '[^/]*' : part.replace(/[^\w/-]/g, '\\$&')))
        .join('');
      // A rule that matches a folder matches everything in it.
      return { pattern, matches: new RegExp(`^${source}(?:/|$)`), ignores: !line.startsWith('!') };
    });
}

/** Of the rules that match, the last one decides. */
function isIgnored(path: string, rules: Rule[]): boolean {
  return rules.findLast(({ matches }) => matches.test(path))?.ignores === true;
}

/** Whether there may be something in a folder that is not left out, though the folder is. */
function mayHoldMore(folder: string, rules: Rule[]): boolean {
  return rules.some(({ pattern, ignores }) => !ignores && pattern.startsWith(`${folder}/`));
}
