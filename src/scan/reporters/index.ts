import type { ScanReport } from '../scan-report.ts';
import type { ReportContext } from './wording.ts';

/** Formats a report can be written in; `terminal` is the command line's own. */
export const reportFormats = ['json', 'sarif', 'junit', 'markdown', 'html'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** The report as text, in pieces. Each reporter is loaded when it is asked for. */
export async function renderReport(
  format: ReportFormat,
  report: ScanReport,
  context: ReportContext,
): Promise<Iterable<string>> {
  switch (format) {
    case 'json':
      return (await import('./json.ts')).jsonChunks(report);
    case 'sarif':
      return [(await import('./sarif.ts')).renderSarif(report, context)];
    case 'junit':
      return [(await import('./junit.ts')).renderJunit(report)];
    case 'markdown':
      return [(await import('./markdown.ts')).renderMarkdown(report, context)];
    case 'html':
      return [(await import('./html.ts')).renderHtml(report, context)];
    default:
      return format satisfies never;
  }
}
