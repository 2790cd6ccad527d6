import { LimitError, ReadError } from '../bytes/errors.ts';
import type { Notice } from '../formats/notice.ts';
import type { Catalogue } from '../scan/catalogue.ts';
import { examine, type ExamineOptions } from '../scan/examine.ts';
import { jsonSafe } from '../scan/json-safe.ts';
import type { Judge } from '../scan/judge.ts';
import { unexaminedReport, withNotice } from '../scan/notice-report.ts';
import type { ArtifactReport } from '../scan/report.ts';
import { sha256Source } from './digest.ts';
import { FileSource } from './file-source.ts';
import { isBeside } from './is-beside.ts';
import { loadJudge } from './load-judge.ts';
import type { ScanSettings, ScanTask } from './scan-task.ts';

/** Examines one file after the other with the same settings. Never throws: what goes wrong is in the report. */
export type FileScanner = (task: ScanTask, opened?: FileSource) => ArtifactReport;

/** Prepares a scanner. */
export async function createFileScanner(settings: ScanSettings, catalogue: Catalogue): Promise<FileScanner> {
  const judge = await loadJudge(settings.decisions, () => Promise.resolve(catalogue.rules));
  const forced = catalogue.formats.find((format) => format.id === settings.forcedFormat);
  const options: ExamineOptions = {
    ...catalogue,
    limits: settings.limits,
    policy: {
      allowedGlobals: new Set(settings.allowedGlobals),
      allowedTargetRoots: new Set(settings.allowedTargetRoots),
    },
    ...(forced === undefined ? {} : { forcedFormat: forced }),
  };
  return (task, opened) => finished(scanOpened(task, settings, options, { judge, opened }));
}

interface Parts {
  readonly judge: Judge | undefined;
  readonly opened: FileSource | undefined;
}

function scanOpened(task: ScanTask, settings: ScanSettings, options: ExamineOptions, parts: Parts): ArtifactReport {
  const { judge, opened } = parts;
  let source: FileSource | undefined;
  try {
    source = opened ?? FileSource.open(task.file, settings.limits.maxFileBytes);
    let report = examine(source, task.path, { ...options, hasSibling: (name) => isBeside(task.file, name) });
    if (task.outside !== undefined) {
      report = withNotice(report, { code: 'outside-link', detail: `links to ${task.outside}` });
    }
    if (settings.hash || judge?.wantsHash(report) === true) report = { ...report, sha256: sha256Source(source) };
    const change = source.changed(opened === undefined ? task.file : undefined);
    if (change !== null) {
      report = withNotice(report, { code: 'unreadable', detail: `the file changed while it was examined: ${change}` });
    }
    return judge === undefined ? report : judge.judge(report);
  } catch (error) {
    const report = unexaminedReport(task.path, noticeOf(error));
    return judge === undefined ? report : judge.judge(report);
  } finally {
    source?.close();
  }
}

function noticeOf(error: unknown): Notice {
  if (error instanceof ReadError) return { code: 'unreadable', detail: String(error.data['reason']) };
  if (error instanceof LimitError) return { code: 'limit-exceeded', detail: error.message, data: error.data };
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'internal-error', detail };
}

/** Plain JSON from here on: it crosses threads and ends in reports. */
function finished(report: ArtifactReport): ArtifactReport {
  const findings = report.findings.map((finding) => ({
    ...finding,
    data: jsonSafe(finding.data) as ArtifactReport['details'],
    message: jsonSafe(finding.message) as string,
    location: jsonSafe(finding.location) as unknown as typeof finding.location,
  }));
  return { ...report, findings, details: jsonSafe(report.details) as ArtifactReport['details'] };
}
