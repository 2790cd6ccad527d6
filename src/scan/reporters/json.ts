import { jsonText } from '../json-safe.ts';
import type { ScanReport } from '../scan-report.ts';

/** The report as JSON, one artifact a line, in pieces: a run over 10^6 files does not fit one string. */
export function* jsonChunks(report: ScanReport): Generator<string> {
  const { artifacts, skipped, notes, ...head } = report;
  yield `${jsonText(head, 2).slice(0, -2)},\n  "artifacts": [`;
  for (const [index, artifact] of artifacts.entries()) {
    yield `${index === 0 ? '' : ','}\n    ${jsonText(artifact)}`;
  }
  yield artifacts.length === 0 ? '],' : '\n  ],';
  yield `\n  "skipped": ${jsonText(skipped)},\n  "notes": ${jsonText(notes)}\n}\n`;
}

export function renderJson(report: ScanReport): string {
  return [...jsonChunks(report)].join('');
}
