import { extname } from 'node:path';
import { UsageError } from './usage-error.ts';

export const outputFormats = ['terminal', 'json', 'sarif', 'junit', 'markdown', 'html'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** One report to write; without a file it goes to standard output. */
export interface Output {
  readonly format: OutputFormat;
  readonly file?: string;
}

const ENDINGS: Readonly<Record<string, OutputFormat>> = {
  '.json': 'json',
  '.sarif': 'sarif',
  '.xml': 'junit',
  '.md': 'markdown',
  '.html': 'html',
  '.htm': 'html',
  '.txt': 'terminal',
};

/**
 * Which reports to write. With files only, standard output still gets the terminal report.
 * @throws UsageError when a file's format is unclear.
 */
export function planOutputs(format: OutputFormat | undefined, files: readonly string[]): readonly Output[] {
  if (files.length === 0) return [{ format: format ?? 'terminal' }];
  if (files.length > 1 && format !== undefined) {
    throw UsageError.of('--format goes with one --output; several take their formats from their endings');
  }
  const outputs = files.map((file) => ({ format: formatOf(file, files.length === 1 ? format : undefined), file }));
  return [{ format: 'terminal' }, ...outputs];
}

function formatOf(file: string, given: OutputFormat | undefined): OutputFormat {
  const format = given ?? ENDINGS[extname(file).toLowerCase()];
  if (format !== undefined) return format;
  throw UsageError.of(`--output ${file}: its ending names no format; say --format ${outputFormats.join('|')}`);
}
