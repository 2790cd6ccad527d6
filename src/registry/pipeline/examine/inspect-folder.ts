import { join } from 'node:path';
import { FileSource } from '../../../node/file-source.ts';
import { type InspectedPart, inspectSource } from '../../../scan/inspect.ts';
import type { ScanReport } from '../../../scan/scan-report.ts';

/** What is taken apart for people to read; the report itself knows every file. */
const MAX_FILES = 100;
const MAX_LINES_OF_FILE = 2000;
const MAX_LINES = 20_000;
const MAX_LINE_CHARACTERS = 500;

interface InspectedFile {
  readonly path: string;
  readonly parts: readonly InspectedPart[];
}

/** Files taken apart: pickles as statements, templates, headers, members. Those with findings come first. */
export function inspectFolder(folder: string, { artifacts }: ScanReport): { readonly files: readonly InspectedFile[] } {
  const wanted = artifacts
    .toSorted((a, b) => Number(b.findings.length > 0) - Number(a.findings.length > 0))
    .slice(0, MAX_FILES);
  const files: InspectedFile[] = [];
  let left = MAX_LINES;
  for (const { path } of wanted) {
    if (left <= 0) break;
    const parts = inspectFile(join(folder, path), path, Math.min(left, MAX_LINES_OF_FILE));
    left -= parts.reduce((sum, part) => sum + part.lines.length, 0);
    if (parts.length > 0) files.push({ path, parts });
  }
  return { files };
}

function inspectFile(file: string, path: string, maxLines: number): readonly InspectedPart[] {
  const source = FileSource.open(file);
  try {
    let left = maxLines;
    return inspectSource(source, path, { maxLines }).parts.map((part) => {
      const lines = part.lines.slice(0, left).map((line) => ({ ...line, text: shortened(line.text) }));
      left -= lines.length;
      return { ...part, lines, omitted: part.omitted + part.lines.length - lines.length };
    });
  } finally {
    source.close();
  }
}

function shortened(text: string): string {
  return text.length > MAX_LINE_CHARACTERS ? `${text.slice(0, MAX_LINE_CHARACTERS)}…` : text;
}
