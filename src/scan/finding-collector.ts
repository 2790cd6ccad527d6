import type { AnyRule, Hit } from '../rules/rule.ts';
import type { Finding, Location, Verdict } from './report.ts';
import { verdictOfFinding, worstOf } from './verdict.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Gathers hits into findings: the same thing in the same member is counted, not repeated, and floods are capped. */
export class FindingCollector {
  readonly #path: string;
  readonly #maxPerRule: number;
  readonly #byIdentity = new Map<string, Mutable<Finding>>();
  readonly #perRule = new Map<string, number>();
  readonly #overflow = new Map<string, Mutable<Finding>>();
  readonly #inconclusive = new Set<string>();

  constructor(path: string, maxPerRule: number) {
    this.#path = path;
    this.#maxPerRule = maxPerRule;
  }

  add(rule: AnyRule, hit: Hit<object>, members: readonly string[]): void {
    if (rule.inconclusive === true) this.#inconclusive.add(rule.id);
    const message = rule.message(hit.data);
    const member = members.join('!/');
    const severity = hit.severity ?? rule.severity;
    const identity = [rule.id, severity, member, hit.pointer ?? '', message].join('\u0000');
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) {
      known.occurrences += 1;
      return;
    }
    const count = (this.#perRule.get(rule.id) ?? 0) + 1;
    this.#perRule.set(rule.id, count);
    const overflowed = this.#overflow.get(`${rule.id} ${severity}`);
    if (count > this.#maxPerRule && overflowed !== undefined) {
      overflowed.occurrences += 1;
      return;
    }
    const finding = this.#finding(rule, hit, member, message);
    this.#byIdentity.set(identity, finding);
    // The last one kept stands for all that follow of its severity, so a flood can hide nothing worse than itself.
    this.#overflow.set(`${rule.id} ${severity}`, finding);
  }

  /** The findings, worst first, and the verdict they give together. */
  finish(): { findings: Finding[]; verdict: Verdict } {
    const findings = [...this.#byIdentity.values()];
    const verdict = worstOf(findings.map((finding) => verdictOfFinding(finding, (id) => this.#inconclusive.has(id))));
    const rank = (finding: Finding): number => ['critical', 'high', 'medium', 'low', 'info'].indexOf(finding.severity);
    return { findings: findings.sort((a, b) => rank(a) - rank(b)), verdict };
  }

  #finding(rule: AnyRule, hit: Hit<object>, member: string, message: string): Mutable<Finding> {
    const location: Location = {
      path: this.#path,
      ...(member === '' ? {} : { member }),
      ...(hit.span === undefined ? {} : { offset: hit.span.start, length: hit.span.end - hit.span.start }),
      ...(hit.pointer === undefined ? {} : { pointer: hit.pointer }),
    };
    return {
      ruleId: rule.id,
      severity: hit.severity ?? rule.severity,
      title: rule.title,
      message,
      location,
      references: rule.references,
      data: hit.data as Readonly<Record<string, unknown>>,
      occurrences: 1,
    };
  }
}
