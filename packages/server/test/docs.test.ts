import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { eventNames } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { variables } from '../../live-visitors/src/help.ts';
import { readConfig } from '../src/config/read-config.ts';
import { type Document, filesLike, readDocument, root } from './helpers/markdown.ts';
import { runProgram } from './helpers/program.ts';

const documents = filesLike('**/*.md').map(readDocument);

function documentAt(path: string): Document {
  const document = documents.find((document) => document.path === path);
  if (!document) throw new Error(`There is no ${path}.`);
  return document;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const codeOf = ({ blocks, spans }: Document) => [...blocks.map(({ text }) => text), ...spans];

describe.each(documents)('$path', (document) => {
  test('has links only to files and headings that there are', () => {
    const links = [...document.definitions, ...document.sections.flatMap(({ links }) => links)];
    expect(links.filter((link) => !/^https?:/.test(link) && !leadsSomewhere(document, link))).toEqual([]);
    expect(document.undefinedNames).toEqual([]);
  });

  test('names only commands that there are', () => {
    expect(codeOf(document).flatMap(readCommands).filter(isUnknownCommand)).toEqual([]);
  });

  test('names only environment variables that there are', () => {
    expect(readVariables(document).filter((name) => !knownVariables.has(name))).toEqual([]);
  });

  test('names only files that there are', () => {
    expect(readPaths(document).filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const names = document.spans.filter((span) => /^[\w./-]+\.(ts|md)$/.test(span));
    expect(names.filter((name) => !sources.some((path) => `/${path}`.endsWith(`/${name}`)))).toEqual([]);
  });

  test('has the table of variables as the program has it, if any', () => {
    const tables = document.text.matchAll(/<!-- variables -->\n(.*?)<!-- \/variables -->/gs);
    for (const [, table = ''] of tables) expect(tighten(table.trim())).toBe(variableTable);
  });
});

const variableTable = [
  ['variable', 'meaning', 'default'],
  ['---', '---', '---'],
  ...variables.map(({ name, meaning, default: value }) => [`\`${name}\``, meaning, value]),
]
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n');

function leadsSomewhere({ path }: Document, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? path : normalize(join(dirname(path), file));
  if (!existsSync(join(root, target))) return false;
  const document = documents.find((document) => document.path === target);
  return anchor === undefined || document?.sections.some(({ heading }) => heading?.anchor === anchor) === true;
}

type Command = { script: string; package: string };

/** What pnpm can do without a script of ours. */
const pnpmCommands = ['add', 'deploy', 'exec', 'install', 'pack'];
const ownPackage = '@live-visitors/repository';

const scripts = new Map(
  ['package.json', ...filesLike('{packages,examples}/*/package.json')].map((path) => {
    const { name, scripts } = JSON.parse(read(path));
    return [String(name), Object.keys(scripts)];
  }),
);

/** What is to be run by pnpm. */
function readCommands(code: string): Command[] {
  return [...code.matchAll(/\bpnpm(?:@[\d.]+)?[ \t]+([^\n|&;#)]+)/g)].flatMap(([, words = '']) => {
    const rest = words.trim().split(/\s+/);
    let filter = ownPackage;
    for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
      if (word === '--filter') filter = rest.shift() ?? '';
      else if (!word.startsWith('-') && word !== 'run') return [{ script: word, package: filter }];
    }
    return [];
  });
}

function isUnknownCommand(command: Command): boolean {
  return !pnpmCommands.includes(command.script) && !scripts.get(command.package)?.includes(command.script);
}

const knownVariables = new Set([
  ...variables.map(({ name }) => name),
  // For the tests, for Node, for a release, and for the proxy of compose.fleet.yaml.
  'PUPPETEER_EXECUTABLE_PATH',
  'NODE_ENV',
  'NPM_TOKEN',
  'NODE_EXTRA_CA_CERTS',
  'SITE_ADDRESS',
]);

/** Names with an underscore, and whatever is given a value. */
function readVariables(document: Document): string[] {
  const code = codeOf(document).join('\n');
  const yaml = document.blocks.filter(({ language }) => /^ya?ml$/.test(language)).map(({ text }) => text);
  return [
    ...code.matchAll(/(?<![\w./{$-])([A-Z][A-Z\d]*(?:_[A-Z\d]+)+)\b/g),
    ...code.matchAll(/(?<![\w./-])([A-Z][A-Z\d]{2,})=/g),
    ...yaml.join('\n').matchAll(/^\s*([A-Z][A-Z\d_]{2,}):/gm),
  ].map(([, name = '']) => name);
}

const folders = readdirSync(root, { withFileTypes: true }).filter(
  (entry) => entry.isDirectory() && !['.git', 'node_modules'].includes(entry.name),
);
const sources = filesLike('**/*.{ts,md}');

/** What looks like a path from the repository's root. What a build or a server makes there need not be there. */
function readPaths(document: Document): string[] {
  const words = codeOf(document).flatMap((code) => code.split(/[\s"'`(),:=]+/));
  return words
    .filter((word) => folders.some(({ name }) => word.startsWith(`${name}/`)) && /^[\w@./-]+$/.test(word))
    .filter((path) => !/\/(dist|data)(\/|$)/.test(path));
}

/** Tables without the room that a formatter has put into their cells. */
function tighten(markdown: string): string {
  return markdown
    .replace(/ *\| */g, ' | ')
    .replace(/^ | $/gm, '')
    .replace(/-{3,}/g, '---');
}

describe('docs/operating.md', () => {
  const document = documentAt('docs/operating.md');
  const code = codeOf(document).join('\n');
  const alerts = read('deploy/alerts.yaml');

  test('has the table of variables', () => {
    expect(document.text).toMatch(/^<!-- variables -->$.*^<!-- \/variables -->$/ms);
  });

  // Those of the process differ from system to system.
  test.skipIf(process.platform !== 'linux')('names the metrics that a server has, and no others', async () => {
    const { url } = runProgram({ PORT: '0' });
    const text = await (await fetch(`${await url()}/metrics`)).text();
    const exported = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
    const namedIn = (text: string) =>
      [...text.matchAll(/\b(?:live_visitors|process|nodejs)_[a-z\d_]*[a-z\d]\b/g)].map(([name]) =>
        exported.includes(name) ? name : name.replace(/_(bucket|sum|count)$/, ''),
      );
    expect([...new Set(namedIn(code))].toSorted()).toEqual(exported.toSorted());
    expect(namedIn(alerts).filter((name) => !exported.includes(name))).toEqual([]);
  });

  test('has an alert that comes before a server is full, whatever its limit of open files', () => {
    const threshold = / live_visitors_streams > (.*)/.exec(alerts)?.[1];
    // In this expression PromQL and JavaScript are alike.
    const read = new Function('process_max_fds', 'clamp_max', `return ${threshold}`);
    for (const limit of [40, 1024, 3999, 4000, 4999, 5000, 65_536, 1_048_576]) {
      const result = readConfig({}, limit);
      if (!result.ok) throw new Error(result.problems.join('\n'));
      expect(read(limit, Math.min)).toBeLessThan(result.config.maxStreams);
    }
  });

  test('names every message of the log', () => {
    const sources = filesLike('packages/{server,live-visitors}/src/**/*.ts').map(read).join('\n');
    const calls = [...sources.matchAll(/\blog\.(?:debug|info|warn|error)\(/g)];
    const messages = [...sources.matchAll(/\blog\.(?:debug|info|warn|error)\((?:[^()]|\([^()]*\))*?'([^']+)',?\s*\)/g)];
    expect(messages).toHaveLength(calls.length);
    expect(messages.filter(([, message = '']) => !document.spans.includes(message))).toEqual([]);
  });

  test('names every reason to refuse, and every way in which a stream ends', () => {
    const refusals = [...read('packages/server/src/observability/refusals.ts').matchAll(/^ {2}(\w+): /gm)];
    const ends = /^type EndReason = (.*);$/m.exec(read('packages/server/src/stream/emitter.ts'))?.[1] ?? '';
    const reasons = [...refusals.map(([, reason]) => reason), ...ends.split(/[' |]+/).filter(Boolean)];
    expect(refusals.length).toBeGreaterThan(5);
    expect(reasons.length).toBeGreaterThan(refusals.length + 3);
    expect(reasons.filter((reason) => !document.spans.includes(reason ?? ''))).toEqual([]);
  });
});

describe('docs/stream.md', () => {
  /** What the rows of the table under a heading begin with. */
  const named = (heading: string) => {
    const section =
      read('docs/stream.md')
        .split(/^## /m)
        .find((text) => text.startsWith(heading)) ?? '';
    return [...section.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
  };

  test('names every parameter, and no other', () => {
    const parameters =
      /^const parameters = \{$(.*?)^\};$/ms.exec(read('packages/shared/src/stream-query.ts'))?.[1] ?? '';
    expect(named('Parameters')).toEqual([...parameters.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name));
    expect(named('Parameters')).toContain('tabs');
  });

  test('names every event, and no other', () => {
    expect(named('Events')).toEqual(eventNames);
  });
});

describe('README.md and README.pt-BR.md', () => {
  const english = documentAt('README.md');
  const portuguese = documentAt('README.pt-BR.md');

  test('have the same headings, and the same links under each', () => {
    const outline = ({ sections }: Document) =>
      sections.map(({ heading, links }) => ({
        level: heading?.level,
        links: links.map((link) => link.replace(/^README(\.pt-BR)?\.md$/, 'the other')).toSorted(),
      }));
    expect(outline(portuguese)).toEqual(outline(english));
  });

  test('have the same code, but for what is said in it', () => {
    const code = ({ blocks }: Document) =>
      blocks.map(({ language, text }) => ({ language, text: text.replace(/\s+(#|\/\/) .*$/gm, '') }));
    expect(code(portuguese)).toEqual(code(english));
  });

  test('quote what docs/benchmarks.md says', () => {
    const rows = read('docs/benchmarks.md').split('\n');
    const cellsOf = (beginning: string) => {
      const row = rows.find((each) => each.startsWith(beginning));
      return row?.split('|').map((cell) => cell.trim()) ?? [];
    };
    const columns = ['CPU per event, µs', 'memory per stream, KiB', 'all back after a restart, ms'];
    const figuresOf = (name: string) =>
      columns
        .map((column) => cellsOf('|  ').indexOf(column))
        .map((column) => /[\d.]+/.exec(cellsOf(`| ${name} `)[column] ?? '')?.[0] ?? 'missing');
    const ratio = /^\| Live Visitors .*?\((\d\.\d+ ×)\)/m.exec(rows.join('\n'))?.[1] ?? 'missing';
    const [cost = '', memory = '', backMs] = figuresOf('Live Visitors');
    const [, , backOfNchan] = figuresOf('nchan');
    const grouped = (language: string) => Number(backMs).toLocaleString(language);
    const comma = (text: string) => text.replace(/(\d)\.(\d)/g, '$1,$2');
    expect(english.text).toContain(`costs ${cost} µs of CPU, ${ratio}`);
    expect(english.text).toContain(`a stream takes ${memory} KiB of memory`);
    expect(english.text).toContain(
      `[${backOfNchan} ms](docs/benchmarks.md) after a restart; ours need ${grouped('en')} ms |`,
    );
    expect(portuguese.text).toContain(comma(`custa ${cost} µs de CPU: ${ratio}`));
    expect(portuguese.text).toContain(comma(`uma conexão ocupa ${memory} KiB de memória`));
    expect(portuguese.text).toContain(`[${backOfNchan} ms](docs/benchmarks.md), contra ${grouped('pt-BR')} ms aqui |`);
  });
});
