import { severities, type AnyRule, type Reference } from '../../rules/rule.ts';
import type { ArtifactReport, Finding } from '../report.ts';
import type { ScanReport } from '../scan-report.ts';
import { visibleShort } from '../visible-text.ts';
import { HTML_STYLE } from './html-style.ts';
import {
  count,
  describeCoverage,
  describeLocation,
  describeWeightsOnly,
  formatBytes,
  formatDuration,
  grouped,
  referenceUrl,
  ruleIndex,
  sortedFindings,
  type ReportContext,
} from './wording.ts';

const MAX_TEXT = 2000;
/** More rows than a person scrolls through; the JSON report has them all. */
const MAX_ARTIFACTS = 2000;
const MAX_CLEAN = 2000;
const OPEN_ARTIFACTS = 25;

type Rules = ReadonlyMap<string, AnyRule>;

/** One page without scripts or anything remote; its policy allows its own style sheet and nothing else. */
export function renderHtml(report: ScanReport, context: ReportContext): string {
  const rules = ruleIndex(context.rules);
  const bad = report.artifacts.filter((one) => one.verdict !== 'clean' || one.findings.length > 0);
  const clean = report.artifacts.filter((one) => one.verdict === 'clean' && one.findings.length === 0);
  const policy = `default-src 'none'; style-src 'sha256-${base64(context.digest(HTML_STYLE))}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Vouchsafe: ${report.verdict}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<main>
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
<p class="dim">Made by vouchsafe ${text(report.tool.version)} on ${text(report.startedAt)}. Nothing that was scanned was run.</p>
</main>
</body>
</html>
`;
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
<summary><span class="badge">${verdict}</span><span class="path">${text(path)}</span><span class="dim">${text(format)}, ${formatBytes(size)}</span></summary>
<div><p class="dim">${facts
    .filter((fact) => fact !== undefined)
    .map(text)
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
      : `<p>Accepted by ${suppressed.by}${suppressed.expires === undefined ? '' : ` until ${text(suppressed.expires)}`}: ${text(suppressed.reason)}</p>`;
  const advice = rule === undefined ? '' : `<p>${text(rule.why)}</p><p><b>Fix.</b> ${text(rule.fix)}</p>`;
  return `<div class="finding ${severity}${suppressed === undefined ? '' : ' suppressed'}">
<h3><span class="badge">${severity}</span>${text(title)} <small>${text(ruleId)}</small></h3>
<p><code>${text(message)}</code>${times}</p>
${place === '' ? '' : `<p class="dim">${text(place)}</p>`}${accepted}${advice}
<p class="dim">${finding.references.map(referenceLink).join(' · ')}</p>
</div>`;
}

function referenceLink(reference: Reference): string {
  const url = referenceUrl(reference);
  if (url === undefined || !url.startsWith('https://')) return text(reference.id);
  return `<a href="${text(url)}" rel="noreferrer noopener">${text(reference.id)}</a>`;
}

function cleanTable(clean: readonly ArtifactReport[]): string {
  if (clean.length === 0) return '';
  const rows = clean
    .slice(0, MAX_CLEAN)
    .map((one) => `<tr><td>${text(one.path)}</td><td>${text(one.format)}</td><td>${formatBytes(one.size)}</td></tr>`);
  const more =
    clean.length > MAX_CLEAN ? `<p class="dim">…and ${count(clean.length - MAX_CLEAN, 'more clean file')}.</p>` : '';
  return `<details class="artifact clean"><summary><span class="badge">clean</span><span class="path">${count(clean.length, 'file')} without findings</span></summary>
<div><table><tr><th>Path</th><th>Format</th><th>Size</th></tr>${rows.join('')}</table>${more}</div></details>`;
}

function remarks(report: ScanReport): string {
  const skipped = report.skipped.map(
    (one) => `<li><code>${text(one.path)}</code> not examined: ${text(one.detail)}</li>`,
  );
  const notes = report.notes.map((note) => `<li>${text(note)}</li>`);
  if (skipped.length + notes.length === 0) return '';
  return `<h2>Remarks</h2><ul>${[...notes, ...skipped].slice(0, MAX_CLEAN).join('')}</ul>`;
}

function text(value: string): string {
  return visibleShort(value, MAX_TEXT)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Base64 of a digest given in hexadecimal. */
function base64(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return btoa(bytes.map((byte) => String.fromCharCode(Number.parseInt(byte, 16))).join(''));
}
