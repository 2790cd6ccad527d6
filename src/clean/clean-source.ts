import { FormatError, LimitError } from '../bytes/errors.ts';
import { defaultLimits, type Limits } from '../bytes/limits.ts';
import type { Source } from '../bytes/source.ts';
import { rules } from '../rules/index.ts';
import type { RulePolicy } from '../rules/rule.ts';
import type { ArtifactReport, Finding } from '../scan/report.ts';
import { verdictOfFinding } from '../scan/verdict.ts';
import type { Change, Edit } from './change.ts';
import type { Cleaner, CleanJob, Plan } from './cleaner.ts';
import { cleanerFor } from './cleaners/index.ts';
import { CleanError } from './errors.ts';
import { type Examination, examineForCleaning } from './examination.ts';
import { type CleanOptions, defaultCleanOptions } from './options.ts';
import { PatchedSource } from './patched-source.ts';
import { describe, refusalOf } from './refusal.ts';

/** Taking one thing out may show another, such as the other of two equal keys; honest files settle in two rounds. */
const MAX_ROUNDS = 12;
/** What a file may need at most; each is kept in memory and told to the reader. */
const MAX_EDITS = 100_000;
/** A file is mended completely or not at all, so that a flood of findings must not hide the last of them. */
const MAX_FINDINGS_PER_RULE = 2000;

export interface CleanSettings {
  readonly options?: Partial<CleanOptions>;
  readonly limits?: Partial<Limits>;
  readonly policy?: Partial<RulePolicy>;
  /** Applies what a policy file decided about findings: what it accepts is left alone. */
  readonly judge?: (report: ArtifactReport) => ArtifactReport;
  readonly hasSibling?: (fileName: string) => boolean;
  readonly sibling?: CleanJob['sibling'];
}

/** What became of a file. `left-out`: it was dangerous as a whole, and a folder does without it. */
export interface Cleaned {
  readonly status: 'unchanged' | 'cleaned' | 'left-out';
  /** What is to be written: the source itself when nothing had to be changed. */
  readonly content: Source;
  readonly changes: readonly Change[];
  readonly before: ArtifactReport;
  /** The scan of `content`: no finding in it forbids the verdict clean. */
  readonly after: ArtifactReport;
}

/**
 * Takes out of a file what the scanner finds dangerous in it, and scans the result again: what is returned is clean.
 * @throws CleanError when that is not possible, LimitError or ReadError when the file cannot be read to its end.
 */
export function cleanSource(source: Source, path: string, settings: CleanSettings = {}): Cleaned {
  return new Cleaning(path, settings).run(source);
}

/** @throws CleanError when content that is clean under one name is not under another. */
export function assertCleanAs(content: Source, path: string, settings: CleanSettings): void {
  new Cleaning(path, settings).assertClean(content);
}

class Cleaning {
  readonly #path: string;
  readonly #settings: CleanSettings;
  readonly #options: CleanOptions;
  readonly #limits: Limits;
  readonly #changes: Change[] = [];

  constructor(path: string, settings: CleanSettings) {
    this.#path = path;
    this.#settings = settings;
    this.#options = { ...defaultCleanOptions, ...settings.options };
    this.#limits = { ...defaultLimits, maxFindingsPerRule: MAX_FINDINGS_PER_RULE, ...settings.limits };
  }

  run(source: Source): Cleaned {
    const first = this.#examine(source);
    let content = source;
    let current = first;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const step = this.#step(content, current);
      if (step === 'done') return this.#result(content, first, current);
      if (step === 'left-out') return { ...this.#result(source, first, first), status: 'left-out' };
      const after = this.#examine(step.content);
      const difference = step.cleaner.difference?.(current, after) ?? null;
      if (difference !== null) throw CleanError.of('structure-changed', { path: this.#path, detail: difference });
      content = step.content;
      current = after;
    }
    throw CleanError.of('no-remedy', { path: this.#path, found: `it is still changing after ${MAX_ROUNDS} rounds` });
  }

  assertClean(content: Source): void {
    const bad = this.#examine(content).report.findings.filter(forbidsClean);
    if (bad.length > 0) throw CleanError.of('other-name', { path: this.#path, found: describe(bad) });
  }

  /** One round: the content with everything taken out that has a remedy. */
  #step(content: Source, current: Examination): 'done' | 'left-out' | { content: Source; cleaner: Cleaner } {
    const { report } = current;
    const bad = report.findings.filter(forbidsClean);
    const cleaner = cleanerFor(report.format);
    const mild = this.#options.low ? report.findings.filter((one) => one.severity === 'low' && !one.suppressed) : [];
    const findings = [...bad, ...mild.filter((one) => !bad.includes(one))];
    if (findings.length === 0 && cleaner?.isWanted?.(this.#options) !== true) return 'done';
    const plan = cleaner === undefined ? NOTHING : this.#plan(cleaner, { content, current, findings });
    if (plan.leaveOut !== undefined) {
      this.#changes.push(plan.leaveOut);
      return 'left-out';
    }
    const next = this.#carryOut(content, plan);
    if (next !== null && cleaner !== undefined) return { content: next, cleaner };
    if (bad.length === 0) return 'done';
    throw refusalOf(this.#path, report.format, bad, cleaner !== undefined);
  }

  #plan(cleaner: Cleaner, { content, current, findings }: Round): Plan {
    const { sibling = () => null } = this.#settings;
    const [path, options, limits] = [this.#path, this.#options, this.#limits];
    try {
      return cleaner.plan({ source: content, path, examination: current, findings, options, limits, sibling });
    } catch (error) {
      // The scan has said so too; it only names the place.
      if (error instanceof FormatError || error instanceof LimitError) {
        throw CleanError.of('not-understood', { path, found: error.message }, error);
      }
      throw error;
    }
  }

  #carryOut(content: Source, { edits, rewritten }: Plan): Source | null {
    if (rewritten !== undefined) {
      this.#changes.push(rewritten.change);
      return rewritten.source;
    }
    if (edits.length === 0) return null;
    this.#changes.push(...edits.map(({ change }: Edit) => change));
    if (this.#changes.length > MAX_EDITS) {
      throw CleanError.of('too-many-changes', { path: this.#path, allowed: MAX_EDITS });
    }
    return new PatchedSource(
      content,
      edits.flatMap(({ patches }) => patches),
    );
  }

  #result(content: Source, first: Examination, last: Examination): Cleaned {
    const status = this.#changes.length === 0 ? 'unchanged' : 'cleaned';
    return { status, content, changes: this.#changes, before: first.report, after: last.report };
  }

  #examine(source: Source): Examination {
    const { policy, judge, hasSibling } = this.#settings;
    return examineForCleaning(source, this.#path, {
      limits: this.#limits,
      policy: { allowedGlobals: new Set(), allowedTargetRoots: new Set(), ...policy },
      judge,
      hasSibling,
    });
  }
}

interface Round {
  readonly content: Source;
  readonly current: Examination;
  readonly findings: readonly Finding[];
}

const NOTHING: Plan = { edits: [] };

const inconclusive = new Set(rules.filter((rule) => rule.inconclusive === true).map((rule) => rule.id));

/** True for a finding that alone would make the verdict anything but clean. */
function forbidsClean(finding: Finding): boolean {
  return verdictOfFinding(finding, (id) => inconclusive.has(id)) !== 'clean';
}
