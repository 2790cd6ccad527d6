import { FileSource } from '../../node/file-source.ts';
import { type InspectedPart, type Inspection, inspectSource } from '../../scan/inspect.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { visible } from '../../scan/visible-text.ts';
import { streamTheme, type Theme } from '../render/theme.ts';
import { writeStream } from '../../node/write-file.ts';
import type { InspectArguments } from './inspect-arguments.ts';

/** `vouchsafe inspect file`. @throws ReadError when the file cannot be read. */
export async function runInspect(file: string, options: InspectArguments): Promise<void> {
  const source = FileSource.open(file);
  try {
    const limits = options.maxLines === undefined ? {} : { maxLines: options.maxLines };
    const inspection = inspectSource(source, file, limits);
    const text =
      options.format === 'json' ? `${jsonText(facts(inspection), 2)}\n` : page(inspection, streamTheme(process.stdout));
    await writeStream(process.stdout, [text]);
  } finally {
    source.close();
  }
}

/** What a program may want: the parts, and what the report knows beyond findings. */
function facts({ report, parts }: Inspection): object {
  const { path, format, size, coverage, details } = report;
  return { path, format, size, coverage, details, parts };
}

function page({ report, parts }: Inspection, theme: Theme): string {
  const head = `${theme.bold(visible(report.path))}  ${report.format}, ${report.size} bytes`;
  const body = parts.map((part) => partText(part, theme));
  return `${[head, ...body].join('\n\n')}\n`;
}

function partText(part: InspectedPart, theme: Theme): string {
  const title = part.member === '' ? part.title : `${visible(part.member)}: ${part.title}`;
  const width = Math.max(1, ...part.lines.map((line) => String(line.offset ?? '').length));
  const lines = part.lines.map(
    (line) => `${theme.dim(String(line.offset ?? '').padStart(width))}  ${visible(line.text)}`,
  );
  if (part.omitted > 0) lines.push(theme.dim(`${part.omitted} more lines; --max-lines shows more`));
  return [theme.bold(title), ...lines].join('\n');
}
