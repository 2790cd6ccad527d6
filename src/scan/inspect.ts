import type { Source } from '../bytes/source.ts';
import { Decompiler } from '../formats/pickle/decompile.ts';
import type { AnyRule } from '../rules/rule.ts';
import { listener } from './listener.ts';
import type { ArtifactReport } from './report.ts';
import { scanSource, type ScanSourceOptions } from './scan-source.ts';

/** A line for people: where it comes from and what stands there. */
interface InspectedLine {
  /** Byte offset in the member; absent for what has none. */
  readonly offset?: number;
  readonly text: string;
}

/** What one file or member holds, part by part in the order it was read. */
export interface InspectedPart {
  /** Members from the outside in, joined by `!/`; '' for the file itself. */
  readonly member: string;
  readonly title: string;
  readonly lines: readonly InspectedLine[];
  /** Lines left out because there were too many. */
  readonly omitted: number;
}

export interface Inspection {
  readonly report: ArtifactReport;
  readonly parts: readonly InspectedPart[];
}

/** Lines shown of one part; `maxLines` overrides it. */
const DEFAULT_MAX_LINES = 2000;

type Part = { member: string; title: string; lines: InspectedLine[]; omitted: number };

/** Takes a file apart for people: pickles decompiled, archives listed, headers and templates shown. Judges nothing itself. */
export function inspectSource(
  source: Source,
  path: string,
  options: ScanSourceOptions & { readonly maxLines?: number } = {},
): Inspection {
  const parts: Part[] = [];
  const maxLines = options.maxLines ?? DEFAULT_MAX_LINES;
  const add = (member: string, title: string, line: InspectedLine): void => {
    let part = parts.findLast((known) => known.member === member && known.title === title);
    if (part === undefined) parts.push((part = { member, title, lines: [], omitted: 0 }));
    if (part.lines.length < maxLines) part.lines.push(line);
    else part.omitted += 1;
  };
  const report = scanSource(source, path, { ...options, rules: listeners(add) });
  return { report, parts };
}

type Add = (member: string, title: string, line: InspectedLine) => void;

function listeners(add: Add): readonly AnyRule[] {
  const decompilers = new Map<string, Decompiler>();
  const decompiler = (member: string): Decompiler => {
    const known = decompilers.get(member) ?? new Decompiler();
    decompilers.set(member, known);
    return known;
  };
  return [
    listener('pickle-event', (event, { member }) => add(member, 'pickle', decompiler(member).line(event))),
    listener('pickle-end', ({ outcome }, { member }) => {
      add(member, 'pickle', decompiler(member).finish(outcome));
      decompilers.delete(member);
    }),
    listener('archive', (archive, { member }) => {
      for (const entry of archive.entries) {
        const link = entry.linkTarget === undefined ? '' : ` -> ${entry.linkTarget}`;
        const flags = [
          entry.method,
          entry.encrypted ? 'encrypted' : '',
          entry.kind === 'file' ? '' : entry.kind,
        ].filter(Boolean);
        add(member, `${archive.kind} archive`, {
          offset: entry.data.start,
          text: `${entry.name}${link}  ${entry.size} bytes, ${flags.join(', ')}`,
        });
      }
    }),
    listener('template', (template, { member }) => {
      for (const text of template.text.split('\n')) add(member, `chat template ${template.name}`, { text });
    }),
    listener('npy', (header, { member }) => {
      const text = `shape (${header.shape.join(', ')}), ${header.dtype.itemBytes} bytes an item${header.dtype.hasObject ? ', objects' : ''}`;
      add(member, 'NumPy array', { offset: header.dataStart, text });
    }),
    ...headerListeners(add),
  ];
}

function headerListeners(add: Add): readonly AnyRule[] {
  return [
    listener('safetensors', (file, { member }) => {
      for (const tensor of file.tensors) {
        add(member, 'safetensors', { text: `${tensor.name}  ${tensor.dtype} [${tensor.shape.join(', ')}]` });
      }
    }),
    listener('gguf', (file, { member }) => {
      add(member, `GGUF version ${file.version}`, {
        text: `${file.keys.length} keys: ${file.keys.slice(0, 50).join(', ')}`,
      });
      for (const tensor of file.tensors) {
        add(member, `GGUF version ${file.version}`, {
          offset: tensor.info.start,
          text: `${tensor.name}  type ${tensor.type} [${tensor.dimensions.join(', ')}]`,
        });
      }
    }),
    listener('notice', (notice, { member }) => {
      add(member, 'problems', {
        ...(notice.span === undefined ? {} : { offset: notice.span.start }),
        text: `${notice.code}: ${notice.detail}`,
      });
    }),
  ];
}
