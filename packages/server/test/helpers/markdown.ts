import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** What nobody wrote: neither documents nor files that they may name are looked for in there. */
const exclude = ['**/node_modules/**', '**/dist/**', '**/data/**'];

/** The paths of the repository's files that match, from its root. */
export function filesLike(pattern: string): string[] {
  return globSync(pattern, { cwd: root, exclude }).toSorted();
}

type Heading = { level: number; anchor: string };
type Block = { language: string; text: string };

/** One heading, and what stands under it before the next one. What stands before the first has no heading. */
type Section = { heading: Heading | undefined; links: string[] };

export type Document = {
  /** Its path from the repository's root. */
  path: string;
  text: string;
  sections: Section[];
  /** Fenced code. */
  blocks: Block[];
  /** Code within a line. */
  spans: string[];
  /** What the names lead to that links may go by. */
  definitions: string[];
  /** Names that a link goes by, and that are defined nowhere. */
  undefinedNames: string[];
};

const fencedBlock = /^(```+)([\w-]*)[^\n]*\n(.*?)^\1$/gms;
const codeSpan = /(`+)([^`]|[^`].*?[^`])\1(?!`)/g;
const definition = /^\[([^\]]+)\]: (\S+)$/gm;

/** Reads as much of a document's Markdown as is to be held against the repository. */
export function readDocument(path: string): Document {
  const text = readFileSync(join(root, path), 'utf8');
  const blocks = [...text.matchAll(fencedBlock)].map(([, , language = '', code = '']) => ({ language, text: code }));
  const prose = text.replace(fencedBlock, '');
  const spans = [...prose.matchAll(codeSpan)].map(([, , code = '']) => code);

  const definitions = new Map([...prose.matchAll(definition)].map(([, name = '', target = '']) => [name, target]));
  const named = [...withoutCode(prose).matchAll(/\]\[([^\]]+)\]/g)].map(([, name = '']) => name);
  return {
    path,
    text,
    sections: readSections(prose.replace(definition, ''), definitions),
    blocks,
    spans,
    definitions: [...definitions.values()],
    undefinedNames: named.filter((name) => !definitions.has(name)),
  };
}

function readSections(prose: string, definitions: ReadonlyMap<string, string>): Section[] {
  const taken = new Map<string, number>();
  return prose.split(/^(?=#{1,6} )/m).map((part) => {
    const [, marks = '', title = ''] = /^(#{1,6}) (.+)$/m.exec(part.startsWith('#') ? part : '') ?? [];
    const heading = marks === '' ? undefined : { level: marks.length, anchor: anchorOf(title, taken) };
    const targets = [...withoutCode(part).matchAll(/\]\(([^)\s]+)[^)]*\)|\]\[([^\]]+)\]/g)];
    return { heading, links: targets.map(([, target, name]) => target ?? definitions.get(name ?? '') ?? '') };
  });
}

function withoutCode(prose: string): string {
  return prose.replace(codeSpan, 'code');
}

/** The anchor that GitHub gives a heading; the second of a name gets a number. */
function anchorOf(title: string, taken: Map<string, number>): string {
  const text = title.replace(/!?\[([^\]]*)\][([][^)\]]*[)\]]/g, '$1');
  const anchor = text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
  const times = taken.get(anchor) ?? 0;
  taken.set(anchor, times + 1);
  return times === 0 ? anchor : `${anchor}-${times}`;
}
