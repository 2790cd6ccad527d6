import { defaultLimits } from '../bytes/limits.ts';
import type { Notice } from '../formats/notice.ts';
import { examinationRules } from '../rules/examination/index.ts';
import type { AnyRule, RuleContext } from '../rules/rule.ts';
import { FindingCollector } from './finding-collector.ts';
import type { ArtifactReport } from './report.ts';
import { worse } from './verdict.ts';

/** The report of something that could not be examined at all: never clean, and it says why. */
export function unexaminedReport(path: string, notice: Notice): ArtifactReport {
  const nothing: ArtifactReport = {
    path,
    format: 'unreadable',
    size: 0,
    verdict: 'clean',
    coverage: {
      bytes: 0,
      structure: 0,
      payload: 0,
      member: 0,
      padding: 0,
      unaccounted: 0,
      members: 0,
      membersExamined: 0,
      complete: false,
    },
    findings: [],
    details: {},
    milliseconds: 0,
  };
  return withNotice(nothing, notice);
}

/** Adds what the caller of the examination noticed (the file changed meanwhile, a link leads away) as findings. */
export function withNotice(report: ArtifactReport, notice: Notice): ArtifactReport {
  const collector = new FindingCollector(report.path, Number.POSITIVE_INFINITY);
  const rules: readonly AnyRule[] = examinationRules;
  const policy = { allowedGlobals: new Set<string>(), allowedTargetRoots: new Set<string>() };
  const context: RuleContext = { path: report.path, member: '', limits: defaultLimits, policy };
  for (const rule of rules) rule.check(notice, (hit) => collector.add(rule, hit, []), context);
  const { findings, verdict } = collector.finish();
  return { ...report, findings: [...report.findings, ...findings], verdict: worse(report.verdict, verdict) };
}
