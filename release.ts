/**
 * `pnpm release`: publishes all packages that are not private. With `--dry-run`, it does everything but publish.
 * `--tag v1.2.3` names the Git tag, which must fit the version.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fail } from './packages/live-visitors/src/fail.ts';

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false }, tag: { type: 'string' } } });
const isDry = values['dry-run'];

type Manifest = { name: string; version: string; private?: boolean };

// These files are our own, and npm requires these fields.
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const packages = globSync('packages/*/package.json')
  .map(read)
  .filter((manifest) => !manifest.private);
const [version = '', ...others] = [...new Set(packages.map((manifest) => manifest.version))];

const isListed = readFileSync('CHANGELOG.md', 'utf8').includes(`\n## [${version}] - `);
const isTagged = values.tag === undefined || values.tag === `v${version}`;
const isCommitted = isDry || execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' }) === '';
const problems = [
  others.length > 0 && `All packages must have one version, but there are ${[version, ...others].join(', ')}.`,
  !isListed && `CHANGELOG.md must have a heading with the date: ## [${version}] - YYYY-MM-DD.`,
  !isTagged && `The tag is ${values.tag}, but the packages have the version ${version}.`,
  !isCommitted && 'Commit or remove what is not committed: "git status" lists it.',
].filter((problem) => problem !== false);
if (problems.length > 0) fail(...problems);

console.log(`${isDry ? 'Trying to release' : 'Releasing'} ${version}: ${packages.map(({ name }) => name).join(', ')}`);
const run = (...args: string[]) => execFileSync('pnpm', args, { stdio: 'inherit' });
run('build');
// Versions that are published already are skipped, so a release that broke off can be repeated.
run('--recursive', 'publish', '--access', 'public', '--no-git-checks', ...(isDry ? ['--dry-run'] : []));
