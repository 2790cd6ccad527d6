import { severities, type AnyRule } from '../../rules/rule.ts';
import type { ArtifactReport, Finding } from '../report.ts';
import type { ScanReport } from '../scan-report.ts';
import { escapeText, htmlPage, referenceLink } from './html-parts.ts';
import { HTML_STYLE } from './html-style.ts';
import {
  count,
  describeCoverage,
  describeLocation,
  describeWeightsOnly,
  formatBytes,
  formatDuration,
  grouped,
  ruleIndex,
  sortedFindings,
  type ReportContext,
} from './wording.ts';

/** More rows than a person scrolls through; the JSON report has them all. */
const MAX_ARTIFACTS = 2000;
const MAX_CLEAN = 2000;
const OPEN_ARTIFACTS = 25;

type Rules = ReadonlyMap<string, AnyRule>;

/** One page without scripts or anything remote. */
export function renderHtml(report: ScanReport, context: ReportContext): string {
  const rules = ruleIndex(context.rules);
  const bad = report.artifacts.filter((one) => one.verdict !== 'clean' || one.findings.length > 0);
  const clean = report.artifacts.filter((one) => one.verdict === 'clean' && one.findings.length === 0);
  const body = `<main>
${banner(report)}
${tiles(report)}
${bad.length === 0 ? '' : filters(report)}
${bad
  .slice(0, MAX_ARTIFACTS)
  .map((artifact, index) => artifactCard(artifact, rules, index < OPEN_ARTIFACTS))
  .join('\n')}
${bad.length > MAX_ARTIFACTS ? `<p class="dim">…and ${count(bad.length - MAX_ARTIFACTS, 'more file')}; see the JSON report.</p>` : ''}
${cleanTable(clean)}
${remarks(report)}
<p class="dim">Made by vouchsafe ${escapeText(report.tool.version)} on ${escapeText(report.startedAt)}. Nothing that was scanned was run.</p>
</main>`;
  return htmlPage({ title: `Vouchsafe: ${report.verdict}`, style: HTML_STYLE, body, digest: context.digest });
}

function banner({ verdict, summary }: ScanReport): string {
  const size = `${count(summary.artifacts, 'file')}, ${formatBytes(summary.bytes)}, in ${formatDuration(summary.milliseconds)}`;
  return `<div class="banner ${verdict}"><h1>Verdict: <strong>${verdict}</strong></h1><p class="dim">${size}; ${formatBytes(summary.examinedBytes)} accounted for</p></div>`;
}

function tiles({ summary }: ScanReport): string {
  const verdicts = (['malicious', 'suspicious', 'inconclusive', 'clean'] as const).map((verdict) =>
    tile(verdict, summary.verdicts[verdict], verdict),
  );
  return `<div class="tiles">${verdicts.join('')}${tile('', summary.suppressed, 'accepted findings')}</div>`;
}

function tile(tone: string, number: number, label: string): string {
  return `<div class="tile ${number === 0 ? '' : tone}"><b>${grouped(number)}</b>${label}</div>`;
}

function filters({ summary }: ScanReport): string {
  const boxes = severities.map((severity) => box(severity, severity, summary.severities[severity]));
  return `<div class="filters">${boxes.join('')}${box('suppressed', 'accepted', summary.suppressed)}</div>`;
}

function box(id: string, label: string, number: number): string {
  return `<label class="${id}"><input type="checkbox" id="f-${id}" checked> ${label} <span class="dim">${grouped(number)}</span></label>`;
}

function artifactCard(artifact: ArtifactReport, rules: Rules, open: boolean): string {
  const { path, format, size, verdict, findings, sha256 } = artifact;
  const weightsOnly = describeWeightsOnly(artifact.details);
  const facts = [
    describeCoverage(artifact.coverage),
    weightsOnly,
    sha256 === undefined ? undefined : `SHA-256 ${sha256}`,
  ];
  return `<details class="artifact ${verdict}"${open ? ' open' : ''}>
<summary><span class="badge">${verdict}</span><span class="path">${escapeText(path)}</span><span class="dim">${escapeText(format)}, ${formatBytes(size)}</span></summary>
<div><p class="dim">${facts
    .filter((fact) => fact !== undefined)
    .map((fact) => escapeText(fact))
    .join(' · ')}</p>
${sortedFindings(findings)
  .map((finding) => findingBlock(finding, rules.get(finding.ruleId)))
  .join('\n')}
</div></details>`;
}

function findingBlock(finding: Finding, rule: AnyRule | undefined): string {
  const { severity, ruleId, title, message, occurrences, suppressed } = finding;
  const place = describeLocation(finding.location);
  const times = occurrences > 1 ? ` <span class="dim">×${grouped(occurrences)}</span>` : '';
  const accepted =
    suppressed === undefined
      ? ''
      : `<p>Accepted by ${suppressed.by}${suppressed.expires === undefined ? '' : ` until ${escapeText(suppressed.expires)}`}: ${escapeText(suppressed.reason)}</p>`;
  const advice = rule === undefined ? '' : `<p>${escapeText(rule.why)}</p><p><b>Fix.</b> ${escapeText(rule.fix)}</p>`;
  return `<div class="finding ${severity}${suppressed === undefined ? '' : ' suppressed'}">
<h3><span class="badge">${severity}</span>${escapeText(title)} <small>${escapeText(ruleId)}</small></h3>
<p><code>${escapeText(message)}</code>${times}</p>
${place === '' ? '' : `<p class="dim">${escapeText(place)}</p>`}${accepted}${advice}
<p class="dim">${finding.references.map(referenceLink).join(' · ')}</p>
</div>`;
}

function cleanTable(clean: readonly ArtifactReport[]): string {
  if (clean.length === 0) return '';
  const rows = clean
    .slice(0, MAX_CLEAN)
    .map(
      (one) =>
        `<tr><td>${escapeText(one.path)}</td><td>${escapeText(one.format)}</td><td>${formatBytes(one.size)}</td></tr>`,
    );
  const more =
    clean.length > MAX_CLEAN ? `<p class="dim">…and ${count(clean.length - MAX_CLEAN, 'more clean file')}.</p>` : '';
  return `<details class="artifact clean"><summary><span class="badge">clean</span><span class="path">${count(clean.length, 'file')} without findings</span></summary>
<div><table><tr><th>Path</th><th>Format</th><th>Size</th></tr>${rows.join('')}</table>${more}</div></details>`;
}

function remarks(report: ScanReport): string {
  const skipped = report.skipped.map(
    (one) => `<li><code>${escapeText(one.path)}</code> not examined: ${escapeText(one.detail)}</li>`,
  );
  const notes = report.notes.map((note) => `<li>${escapeText(note)}</li>`);
  if (skipped.length + notes.length === 0) return '';
  return `<h2>Remarks</h2><ul>${[...notes, ...skipped].slice(0, MAX_CLEAN).join('')}</ul>`;
}
