import type { Finding, InspectedFile, InspectedPart } from './documents.ts';

/** Lines before and after the one that a finding is about. */
const AROUND = 7;
/** Characters that data of a finding must have to be looked for in a text. */
const MIN_SOUGHT = 3;

interface ExcerptLine {
  readonly index: number;
  readonly offset: number | undefined;
  readonly text: string;
  readonly isIt: boolean;
}

export interface Excerpt {
  readonly title: string;
  readonly lines: readonly ExcerptLine[];
  /** Lines of the part before and after those shown. */
  readonly before: number;
  readonly after: number;
}

/** What stands at the place of a finding, taken apart for people: statements of a pickle, lines of a template. */
export function excerptFor(finding: Finding, files: readonly InspectedFile[]): Excerpt | null {
  const { path, member = '' } = finding.location;
  const parts = files.find((file) => file.path === path)?.parts.filter((part) => part.member === member) ?? [];
  for (const part of inOrder(parts, finding.ruleId)) {
    const at = lineOf(part, finding);
    if (at !== -1) return cut(part, at);
  }
  return null;
}

/** The part that a rule is about comes first: a member may be a pickle and an archive at once. */
function inOrder(parts: readonly InspectedPart[], ruleId: string): readonly InspectedPart[] {
  const kind = ruleId.startsWith('jinja') ? 'template' : ruleId.startsWith('archive') ? 'archive' : 'pickle';
  return parts.toSorted((a, b) => Number(b.title.includes(kind)) - Number(a.title.includes(kind)));
}

function lineOf({ lines }: InspectedPart, { location: { offset }, data }: Finding): number {
  if (offset !== undefined && lines.some((line) => line.offset !== undefined)) {
    const exact = lines.findIndex((line) => line.offset === offset);
    if (exact !== -1) return exact;
    return lines.findLastIndex((line) => line.offset !== undefined && line.offset <= offset);
  }
  const sought = Object.values(data)
    .filter((value): value is string => typeof value === 'string')
    // A call is named without what it is called with.
    .map((value) => value.replace(/\(\)$/, '('))
    .filter((value) => value.length >= MIN_SOUGHT);
  return lines.findIndex(({ text }) => sought.some((words) => text.includes(words)));
}

function cut({ title, lines }: InspectedPart, at: number): Excerpt {
  const start = Math.max(0, at - AROUND);
  const end = Math.min(lines.length, at + AROUND + 1);
  return {
    title,
    before: start,
    after: lines.length - end,
    lines: lines.slice(start, end).map(({ offset, text }, index) => ({
      index: start + index,
      offset,
      text,
      isIt: start + index === at,
    })),
  };
}
