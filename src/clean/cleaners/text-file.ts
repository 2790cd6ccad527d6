import { readBytes } from '../../bytes/source.ts';
import { joined, type Span } from '../../bytes/span.ts';
import { TextOffsets } from '../../formats/text-offsets.ts';
import { hiddenOrders } from '../../rules/text/agent-instructions.ts';
import { hiddenRanges } from '../../rules/text/hidden-characters.ts';
import { deletion, type Edit, shown } from '../change.ts';
import { type CleanJob, defineCleaner } from '../cleaner.ts';
import { CleanError } from '../errors.ts';

/** Text, model cards and source code: what is hidden in it is cut out. What it says openly is not for a program to rewrite. */
export const textFile = defineCleaner({
  id: 'text-file',
  title: 'Text files, model cards and source code',
  formats: ['text', 'python-source'],
  plan(job) {
    const { text, offsetOf } = readText(job);
    const nature = job.examination.natures.get('') ?? 'prose';
    const cut = (rule: string, what: string, ranges: readonly Span[]): readonly Edit[] =>
      byLine(text, ranges).map(({ line, own }) => {
        const was = shown(own.map((range) => text.slice(range.start, range.end)).join(' '));
        const patches = own.map(({ start, end }) => deletion({ start: offsetOf(start), end: offsetOf(end) }));
        const places = own.length === 1 ? '' : ` in ${own.length} places`;
        return { patches, change: { place: `line ${line}`, rules: [rule], was, did: `${what} cut out${places}` } };
      });
    const fired = new Set(
      job.findings.filter(({ location }) => location.member === undefined).map((one) => one.ruleId),
    );
    return {
      edits: [
        ...(fired.has('hidden-unicode')
          ? cut('hidden-unicode', 'invisible characters', hiddenRanges(text, nature))
          : []),
        ...(fired.has('agent-instructions')
          ? cut('agent-instructions', 'hidden orders to agents', joined(hiddenOrders(text)))
          : []),
        ...(fired.has('requirement-source') ? cut('requirement-source', 'line', requirementLines(job, text)) : []),
      ],
    };
  },
});

interface ReadableText {
  readonly text: string;
  readonly offsetOf: (position: number) => number;
}

function readText({ source, limits, path }: CleanJob): ReadableText {
  const { maxDocumentBytes } = limits;
  if (source.size > maxDocumentBytes) {
    throw CleanError.of('too-large', { path, size: source.size, allowed: maxDocumentBytes });
  }
  return decoded(readBytes(source, 0, source.size));
}

/** UTF-16 by its mark, UTF-8, or one byte a character as before it: in each every character has a place in the file. */
function decoded(bytes: Uint8Array): ReadableText {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  if (wide !== null) {
    return { text: new TextDecoder(wide).decode(bytes.subarray(2)), offsetOf: (position) => 2 + 2 * position };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const offsets = new TextOffsets(text);
    return { text, offsetOf: (position) => offsets.at(position) };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), offsetOf: (position) => position };
  }
}

/** The lines that hold the requirements found, which the rule has cut to a certain length. */
function requirementLines({ findings }: CleanJob, text: string): readonly Span[] {
  const bad = findings
    .filter(({ ruleId }) => ruleId === 'requirement-source')
    .map(({ data }) => String(data['requirement']));
  const lines: Span[] = [];
  for (let start = 0; start < text.length; ) {
    const lineBreak = text.indexOf('\n', start);
    const end = lineBreak === -1 ? text.length : lineBreak + 1;
    const line = text.slice(start, end).trim();
    if (bad.some((requirement) => line.startsWith(requirement))) lines.push({ start, end });
    start = end;
  }
  return lines;
}

interface Line {
  readonly line: number;
  readonly own: readonly Span[];
}

/** Ascending ranges, those that begin on one line together. */
function byLine(text: string, ranges: readonly Span[]): readonly Line[] {
  const lines: { line: number; own: Span[] }[] = [];
  let line = 1;
  let lineEnd = text.indexOf('\n');
  for (const range of ranges) {
    for (; lineEnd !== -1 && lineEnd < range.start; lineEnd = text.indexOf('\n', lineEnd + 1)) line += 1;
    const last = lines.at(-1);
    if (last?.line === line) last.own.push(range);
    else lines.push({ line, own: [range] });
  }
  return lines;
}
