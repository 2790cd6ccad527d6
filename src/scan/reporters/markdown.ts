import type { ArtifactReport, Finding, Verdict } from '../report.ts';
import type { ScanReport } from '../scan-report.ts';
import { visibleShort } from '../visible-text.ts';
import {
  count,
  describeCoverage,
  describeLocation,
  describeVerdicts,
  describeWeightsOnly,
  formatBytes,
  formatDuration,
  ruleIndex,
  sortedFindings,
  type ReportContext,
} from './wording.ts';

/** A comment on GitHub holds 65,536 characters. */
const MAX_CHARACTERS = 60_000;
const MAX_TEXT = 400;
const MAX_FINDINGS_PER_FILE = 20;
const SIGNS: Readonly<Record<Verdict, string>> = { malicious: '⛔', suspicious: '⚠️', inconclusive: '❔', clean: '✅' };

/** Markdown for a comment on a pull request. Whatever comes from the files is in code spans, where it is inert. */
export function renderMarkdown(report: ScanReport, context: ReportContext): string {
  const { summary } = report;
  const bad = report.artifacts.filter((artifact) => artifact.verdict !== 'clean');
  const scanned = `${count(summary.artifacts, 'file')}, ${formatBytes(summary.bytes)} in ${formatDuration(summary.milliseconds)}`;
  const head = [
    `### ${SIGNS[report.verdict]} Vouchsafe: ${report.verdict}`,
    '',
    `Scanned ${scanned}: ${describeVerdicts(summary.verdicts)}.`,
    ...remarks(report),
    '',
  ];
  const sections: string[] = [];
  let length = head.join('\n').length;
  for (const artifact of bad) {
    const section = sectionOf(artifact, context);
    length += section.length;
    if (length > MAX_CHARACTERS) break;
    sections.push(section);
  }
  const left = bad.length - sections.length;
  const tail =
    left === 0
      ? []
      : [`…and ${count(left, 'more file')} that ${left === 1 ? 'is' : 'are'} not clean; see the full report.`, ''];
  return [...head, ...sections, ...tail].join('\n');
}

function remarks(report: ScanReport): string[] {
  const { suppressed, skippedFiles } = report.summary;
  return [
    suppressed === 0 ? '' : `${count(suppressed, 'finding')} accepted by policy or baseline.`,
    skippedFiles === 0 ? '' : `${count(skippedFiles, 'file')} of git repositories not examined.`,
    ...report.notes.map((note) => `Note: ${code(note)}`),
  ].flatMap((line) => (line === '' ? [] : ['', line]));
}

function sectionOf(artifact: ArtifactReport, context: ReportContext): string {
  const findings = sortedFindings(artifact.findings);
  const shown = findings.slice(0, MAX_FINDINGS_PER_FILE);
  const rules = ruleIndex(context.rules);
  const ids = [...new Set(shown.filter((one) => one.suppressed === undefined).map((finding) => finding.ruleId))];
  const weightsOnly = describeWeightsOnly(artifact.details);
  return [
    `#### ${SIGNS[artifact.verdict]} ${code(artifact.path)}: ${artifact.verdict}`,
    '',
    ...shown.map(bullet),
    ...(findings.length > shown.length ? [`- …and ${findings.length - shown.length} more`] : []),
    '',
    `${artifact.format}, ${describeCoverage(artifact.coverage)}`,
    ...(weightsOnly === undefined ? [] : ['', code(weightsOnly)]),
    '',
    '<details><summary>Why this matters and what to do</summary>',
    '',
    ...ids.flatMap((id) => {
      const rule = rules.get(id);
      return rule === undefined ? [] : [`- **${rule.title}.** ${rule.why} *Fix:* ${rule.fix}`];
    }),
    '',
    '</details>',
    '',
  ].join('\n');
}

function bullet(finding: Finding): string {
  const { severity, ruleId, title, message, occurrences, suppressed } = finding;
  const place = describeLocation(finding.location);
  const times = occurrences > 1 ? ` ×${occurrences}` : '';
  const accepted = suppressed === undefined ? '' : ` (accepted: ${code(suppressed.reason)})`;
  const where = place === '' ? '' : `, ${code(place)}`;
  return `- **${severity}** ${title} (\`${ruleId}\`): ${code(message)}${where}${times}${accepted}`;
}

/** A code span that its content cannot leave (CommonMark 6.1): the fence is longer than any run of backticks in it. */
function code(text: string): string {
  const shown = visibleShort(text, MAX_TEXT);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^[` ]|[` ]$/.test(shown) || shown === '' ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}
