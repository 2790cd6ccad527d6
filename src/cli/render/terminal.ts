import type { AnyRule } from '../../rules/rule.ts';
import type { ArtifactReport, Finding } from '../../scan/report.ts';
import {
  count,
  describeCoverage,
  describeLocation,
  describeVerdicts,
  describeWeightsOnly,
  formatBytes,
  formatDuration,
  grouped,
  referenceUrl,
  ruleIndex,
  sortedFindings,
} from '../../scan/reporters/wording.ts';
import { jsonText } from '../../scan/json-safe.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { visible, visibleShort } from '../../scan/visible-text.ts';
import type { Theme } from './theme.ts';
import { wrap } from './wrap.ts';

export interface TerminalOptions {
  readonly theme: Theme;
  readonly rules: readonly AnyRule[];
  readonly level: 'quiet' | 'normal' | 'verbose';
}

const INDENT = '  ';
/** `critical` and two spaces. */
const LABEL_WIDTH = 10;
const MAX_RULES_PER_FILE = 6;
const MAX_PLACES_PER_RULE = 3;
const MAX_MESSAGE = 300;

/** The report for people: a block for each file that is not clean, the worst first in each, then the sums. */
export function renderTerminal(report: ScanReport, options: TerminalOptions): string {
  const view = new TerminalView(options);
  if (options.level === 'quiet') return report.artifacts.map((artifact) => view.line(artifact)).join('');
  const blocks = report.artifacts.map((artifact) => view.block(artifact));
  return [...blocks, view.summary(report)].join('');
}

class TerminalView {
  readonly #theme: Theme;
  readonly #isVerbose: boolean;
  readonly #rules: ReadonlyMap<string, AnyRule>;
  /** Rules whose why and fix were printed; once a run is enough. */
  readonly #explained = new Set<string>();

  constructor({ theme, rules, level }: TerminalOptions) {
    this.#theme = theme;
    this.#isVerbose = level === 'verbose';
    this.#rules = ruleIndex(rules);
  }

  line({ verdict, path, findings }: ArtifactReport): string {
    if (verdict === 'clean') return '';
    const worst = sortedFindings(findings)[0];
    return `${this.#theme.verdict(verdict, verdict)} ${visible(path)}: ${visible(worst?.title ?? '')}\n`;
  }

  block(artifact: ArtifactReport): string {
    const { path, format, size, verdict } = artifact;
    if (verdict === 'clean' && !this.#isVerbose) return '';
    const theme = this.#theme;
    const what = theme.dim(`${visible(format)}, ${formatBytes(size)}`);
    const head = `${theme.verdict(verdict, verdict.toUpperCase())}  ${theme.bold(visible(path))}  ${what}\n`;
    if (format === 'unreadable' && !this.#isVerbose) return this.#unreadable(artifact);
    if (verdict === 'clean' && artifact.findings.length === 0) return head;
    return `${head}\n${this.#findings(artifact)}${this.#facts(artifact)}\n`;
  }

  #unreadable({ verdict, path, findings }: ArtifactReport): string {
    const why = visible(findings[0]?.message ?? 'could not be read');
    return `${this.#theme.verdict(verdict, verdict.toUpperCase())}  ${this.#theme.bold(visible(path))}  ${why}\n\n`;
  }

  summary(report: ScanReport): string {
    const { summary, verdict } = report;
    const seconds = summary.milliseconds / 1000;
    const rate = summary.artifacts > 1 ? `, ${grouped(summary.artifacts / Math.max(seconds, 0.001))} files/s` : '';
    const scanned = `${count(summary.artifacts, 'file')}, ${formatBytes(summary.bytes)} in ${formatDuration(summary.milliseconds)}${rate}`;
    const lines = [
      `${this.#theme.verdict(verdict, verdict)}  ${describeVerdicts(summary.verdicts)}  ${this.#theme.dim(`(${scanned})`)}`,
      ...this.#remarks(report).map((remark) => this.#theme.dim(visible(remark))),
    ];
    return `${lines.join('\n')}\n`;
  }

  #remarks({ summary, skipped, notes, artifacts }: ScanReport): string[] {
    const unshown = this.#isVerbose ? [] : artifacts.filter((artifact) => artifact.verdict === 'clean');
    const minor = unshown.flatMap(({ findings }) => findings.filter((one) => one.suppressed === undefined)).length;
    const git = skipped.filter((one) => one.reason === 'git-directory').length;
    const seen = skipped.length - git;
    return [
      summary.suppressed === 0 ? '' : `${count(summary.suppressed, 'finding')} accepted by policy or baseline`,
      git === 0
        ? ''
        : `${count(summary.skippedFiles, 'file')} in ${count(git, '.git folder')} not examined; --include-git examines them`,
      seen === 0 ? '' : `${count(seen, 'link to a folder', 'links to folders')} examined under another name`,
      minor === 0 ? '' : `${count(minor, 'remark')} of low or info severity on clean files; --verbose shows them`,
      ...notes.map((note) => `note: ${note}`),
    ].filter((line) => line !== '');
  }

  #findings({ findings }: ArtifactReport): string {
    const counted = findings.filter((one) => this.#isVerbose || one.suppressed === undefined);
    const groups = [...Map.groupBy(sortedFindings(counted), (one) => `${one.ruleId} ${one.severity}`).values()];
    const shown = this.#isVerbose ? groups : groups.slice(0, MAX_RULES_PER_FILE);
    const left = groups.length - shown.length;
    const more =
      left === 0 ? '' : this.#row('', this.#theme.dim(`and ${count(left, 'more rule')}; --verbose shows all`));
    return shown.map((group) => this.#group(group)).join('') + more;
  }

  /** All hits of one rule in one file. */
  #group(group: readonly Finding[]): string {
    const [first] = group;
    if (first === undefined) return '';
    const { severity, title, ruleId } = first;
    const theme = this.#theme;
    const shown = this.#isVerbose ? group : group.slice(0, MAX_PLACES_PER_RULE);
    const left = group.length - shown.length;
    return [
      this.#row(theme.severity(severity, severity.padEnd(LABEL_WIDTH)), `${theme.bold(title)}  ${theme.dim(ruleId)}`),
      ...shown.map((finding) => this.#place(finding)),
      left === 0 ? '' : this.#row('', theme.dim(`and ${grouped(left)} more like it`)),
      this.#advice(ruleId),
      this.#isVerbose ? this.#references(first) : '',
    ].join('');
  }

  #place(finding: Finding): string {
    const { message, occurrences, suppressed, data } = finding;
    const place = describeLocation(finding.location);
    const times = occurrences > 1 ? `, ${grouped(occurrences)} times` : '';
    const where = place + times === '' ? '' : ` (${place}${times})`.replace('(, ', '(');
    const text = visibleShort(message, this.#isVerbose ? MAX_MESSAGE * 20 : MAX_MESSAGE);
    const accepted =
      suppressed === undefined ? '' : this.#text(`accepted by ${suppressed.by}: ${suppressed.reason}`, true);
    const evidence =
      this.#isVerbose && Object.keys(data).length > 0 ? this.#text(visibleShort(jsonText(data), 2000), true) : '';
    return this.#text(text + where) + accepted + evidence;
  }

  #advice(ruleId: string): string {
    const rule = this.#rules.get(ruleId);
    if (rule === undefined || this.#explained.has(ruleId)) return '';
    this.#explained.add(ruleId);
    return (
      this.#text(`Why: ${this.#isVerbose ? rule.why : firstSentence(rule.why)}`, true) +
      this.#text(`Fix: ${rule.fix}`, true)
    );
  }

  #references({ references }: Finding): string {
    return references.map((one) => this.#text(`${one.id} ${referenceUrl(one) ?? ''}`.trim(), true)).join('');
  }

  #facts({ coverage, details, sha256, milliseconds, format }: ArtifactReport): string {
    if (format === 'unreadable') return '';
    const weightsOnly = describeWeightsOnly(details);
    const lines = [
      describeCoverage(coverage),
      weightsOnly ?? '',
      sha256 === undefined ? '' : `SHA-256 ${sha256}`,
      this.#isVerbose ? `examined in ${formatDuration(milliseconds)}` : '',
    ].filter((line) => line !== '');
    return lines.map((line) => this.#text(line, true)).join('');
  }

  #row(label: string, text: string): string {
    return `${INDENT}${label === '' ? ' '.repeat(LABEL_WIDTH) : label}${text}\n`;
  }

  #text(text: string, isDim = false): string {
    const room = this.#theme.width - INDENT.length - LABEL_WIDTH;
    return wrap(visible(text), room)
      .map((line) => this.#row('', isDim ? this.#theme.dim(line) : line))
      .join('');
  }
}

function firstSentence(text: string): string {
  return /^.*?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;
}
