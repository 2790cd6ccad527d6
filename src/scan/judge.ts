import type { AnyRule } from '../rules/rule.ts';
import { fingerprintOf, type AcceptedFinding, type BaselineFile, type Digest } from './fingerprint.ts';
import { isSilent, type RuleSetting } from './rule-setting.ts';
import type { ArtifactReport, Finding } from './report.ts';
import { compileSuppression, type Suppression, type SuppressionMatcher } from './suppressions.ts';
import { verdictOfFinding, worstOf } from './verdict.ts';

/** What has been decided about findings before they are found; plain data, so that it travels to workers. */
export interface Decisions {
  readonly rules: Readonly<Record<string, RuleSetting>>;
  /** Only those still in force. */
  readonly suppressions: readonly Suppression[];
  readonly baseline?: BaselineFile | undefined;
}

/** Applies decisions to reports. Accepted findings stay, marked; the verdict is then what the others give. */
export class Judge {
  readonly #settings: ReadonlyMap<string, RuleSetting>;
  readonly #suppressions: readonly SuppressionMatcher[];
  readonly #baseline: ReadonlyMap<string, AcceptedFinding>;
  readonly #baselinedPaths: ReadonlySet<string>;
  readonly #inconclusive: ReadonlySet<string>;
  readonly #digest: Digest;

  constructor(decisions: Decisions, rules: readonly AnyRule[], digest: Digest) {
    const baseline = decisions.baseline?.findings ?? [];
    this.#settings = new Map(Object.entries(decisions.rules));
    this.#suppressions = decisions.suppressions.map(compileSuppression);
    this.#baseline = new Map(baseline.map((entry) => [entry.fingerprint, entry]));
    this.#baselinedPaths = new Set(baseline.filter((e) => e.sha256 !== undefined).map((entry) => entry.path));
    this.#inconclusive = new Set(
      rules.filter((rule) => rule.inconclusive === true && !this.#silenced(rule.id)).map((rule) => rule.id),
    );
    this.#digest = digest;
  }

  /** True when a decision about this file holds only for certain bytes, so its hash is needed. */
  wantsHash(report: ArtifactReport): boolean {
    if (report.findings.length === 0) return false;
    if (this.#baselinedPaths.has(report.path)) return true;
    return this.#suppressions.some(
      ({ suppression, concerns }) => suppression.sha256 !== undefined && concerns(report.path),
    );
  }

  /** The report with decisions applied. */
  judge(report: ArtifactReport): ArtifactReport {
    if (report.findings.length === 0) return report;
    const findings = report.findings.map((finding) => this.#decide(finding, report.sha256));
    const isInconclusive = (ruleId: string): boolean => this.#inconclusive.has(ruleId);
    return { ...report, findings, verdict: worstOf(findings.map((one) => verdictOfFinding(one, isInconclusive))) };
  }

  #silenced(ruleId: string): boolean {
    const setting = this.#settings.get(ruleId);
    return setting !== undefined && isSilent(setting.severity);
  }

  #decide(finding: Finding, sha256: string | undefined): Finding {
    const setting = this.#settings.get(finding.ruleId);
    if (setting?.severity === 'off') {
      const reason = setting.reason ?? 'the rule is turned off';
      return { ...finding, suppressed: { by: 'policy', reason } };
    }
    const accepted = this.#accepted(finding, sha256);
    if (accepted !== undefined) return { ...finding, suppressed: accepted };
    return setting === undefined ? finding : { ...finding, severity: setting.severity };
  }

  #accepted(finding: Finding, sha256: string | undefined): Finding['suppressed'] {
    const matcher = this.#suppressions.find((one) => one.accepts(finding, sha256));
    if (matcher !== undefined) {
      const { reason, expires } = matcher.suppression;
      return { by: 'policy', reason, expires };
    }
    const entry = this.#baseline.size === 0 ? undefined : this.#baseline.get(fingerprintOf(finding, this.#digest));
    if (entry === undefined || finding.occurrences > entry.occurrences) return undefined;
    if (entry.sha256 !== undefined && entry.sha256 !== sha256) return undefined;
    return { by: 'baseline', reason: `in the baseline since ${entry.created}` };
  }
}
