import { FormatError, LimitError } from '../bytes/errors.ts';
import type { Limits } from '../bytes/limits.ts';
import type { DocumentNode } from '../formats/document.ts';
import { parseYaml } from '../formats/yaml/parse-yaml.ts';
import type { Stated } from './facts.ts';
import { plainText } from './read-nodes.ts';

/** What a model card's text says under the headings that a bill of materials has a place for. */
export interface CardText {
  /** The front matter as a tree; undefined when there is none, or when it is no YAML. */
  readonly front?: DocumentNode | undefined;
  readonly useCases: readonly Stated[];
  readonly limitations: readonly Stated[];
  readonly ethics: readonly Stated[];
  /** Why the front matter could not be read. */
  readonly problem?: string | undefined;
}

const FRONT_MATTER = /^---[ \t]*\r?\n(?<yaml>[\s\S]*?)(?:\r?\n|^)(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/m;
const HEADING = /^ {0,3}#{1,6}[ \t]+(?<title>.*)$/;
/** A longer line is no heading that anybody wrote, and expressions over it would take their time. */
const MAX_HEADING = 200;
/** Headings that are looked at. */
const MAX_SECTIONS = 2000;

/** What people and templates write when they have nothing to say. */
const PLACEHOLDER = /^(?:more information needed|needs more information|todo|tbd|n\/a|na|none|coming soon)$/i;

/** Splits a README into front matter and sections. Never throws for content: what is wrong is said in `problem`. */
export function readCard(text: string, file: string, limits: Limits): CardText {
  const match = text.startsWith('---') ? FRONT_MATTER.exec(text.replace(/^\ufeff/, '')) : null;
  const body = match === null || match.index !== 0 ? text : text.slice(match[0].length);
  const sections = sectionsOf(body, file);
  const picked = {
    useCases: pick(sections, /^(?:intended uses?|direct use|uses?|use cases?|intended uses? (?:&|and) limitations)$/i),
    limitations: pick(sections, /^(?:(?:known )?limitations|bias,? risks,? and limitations|limitations and bias)$/i),
    ethics: pick(sections, /^(?:ethical considerations?(?: and limitations)?|ethics|out-of-scope use)$/i),
  };
  if (match === null || match.index !== 0) return picked;
  return { ...picked, ...frontMatter(match.groups?.['yaml'] ?? '', limits) };
}

function frontMatter(yaml: string, limits: Limits): Pick<CardText, 'front' | 'problem'> {
  try {
    const [document] = parseYaml(yaml, limits);
    if (document?.error !== undefined) return { problem: plainText(document.error.message, 200) };
    return document?.root.kind === 'map' ? { front: document.root } : {};
  } catch (error) {
    if (error instanceof FormatError || error instanceof LimitError) return { problem: plainText(error.message, 200) };
    throw error;
  }
}

interface Section {
  readonly title: string;
  readonly text: string;
  readonly origin: Stated['origin'];
}

function sectionsOf(body: string, file: string): readonly Section[] {
  const sections: { title: string; lines: string[] }[] = [];
  let fence: string | undefined;
  for (const line of withoutComments(body).split('\n')) {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1];
    if (mark !== undefined) fence = fence === undefined ? mark : fence === mark ? undefined : fence;
    const heading = fence === undefined && line.length <= MAX_HEADING ? HEADING.exec(line.trimEnd()) : null;
    if (heading === null) sections.at(-1)?.lines.push(line);
    else if (sections.length < MAX_SECTIONS) {
      sections.push({ title: titleOf(heading.groups?.['title'] ?? ''), lines: [] });
    }
  }
  return sections.map(({ title, lines }) => ({
    title,
    text: plainText(lines.join('\n')),
    origin: { file, pointer: plainText(title, 100) },
  }));
}

/** Not by a regular expression, whose time grows with the square of unclosed comments. */
function withoutComments(text: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const start = text.indexOf('<!--', at);
    if (start === -1) return out + text.slice(at);
    out += text.slice(at, start);
    const end = text.indexOf('-->', start);
    if (end === -1) return out;
    at = end + 3;
  }
}

function pick(sections: readonly Section[], title: RegExp): readonly Stated[] {
  return sections
    .filter((one) => title.test(one.title) && !isPlaceholder(one.text))
    .map(({ text, origin }) => ({ value: text, origin }));
}

/** Without marks of emphasis, and without the `#` that may close a heading. */
function titleOf(text: string): string {
  return text.replaceAll(/[*_`]/g, '').replace(/#+$/, '').trim();
}

/** True for text that is empty or made of nothing but placeholders. */
function isPlaceholder(text: string): boolean {
  const parts = text.split(/[[\].;•*]|(?:^|\s)-\s/).map((part) => part.trim());
  return parts.every((part) => part === '' || PLACEHOLDER.test(part));
}
