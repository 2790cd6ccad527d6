import { severities, type Severity } from '../rules/rule.ts';
import { verdicts, type ArtifactReport, type Verdict } from './report.ts';
import { worse } from './verdict.ts';

export const SCHEMA_VERSION = '1.0';

/** Something that was deliberately not examined. Listed, so that nothing is left out in silence. */
export interface Skipped {
  readonly path: string;
  readonly reason: 'git-directory' | 'directory-seen';
  readonly detail: string;
  /** Regular files below it. */
  readonly files: number;
}

export interface ScanSummary {
  /** Files on disk in the report, unreadable ones included. */
  readonly artifacts: number;
  readonly bytes: number;
  /** Bytes that were accounted for as structure, payload, member or padding. */
  readonly examinedBytes: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Findings that count, by severity; accepted ones are in `suppressed`. */
  readonly severities: Readonly<Record<Severity, number>>;
  readonly suppressed: number;
  readonly unreadable: number;
  /** Targets named by the caller that could not be read. */
  readonly unreadableTargets: number;
  /** Files in what was skipped on purpose. */
  readonly skippedFiles: number;
  readonly milliseconds: number;
}

/** What one run found out about everything it was given. */
export interface ScanReport {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: { readonly name: 'vouchsafe'; readonly version: string };
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly verdict: Verdict;
  readonly summary: ScanSummary;
  /** In the order of the targets, and by name within a directory. */
  readonly artifacts: readonly ArtifactReport[];
  readonly skipped: readonly Skipped[];
  /** Remarks on the run itself, such as a suppression that has expired. */
  readonly notes: readonly string[];
}

type Counts<Key extends string> = Record<Key, number>;

function zeros<Key extends string>(keys: readonly Key[]): Counts<Key> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Counts<Key>;
}

/** Adds up artifact reports as they come, whatever their order. */
export class ScanTally {
  readonly #verdicts = zeros(verdicts);
  readonly #severities = zeros(severities);
  #verdict: Verdict = 'clean';
  #artifacts = 0;
  #bytes = 0;
  #examinedBytes = 0;
  #suppressed = 0;
  #unreadable = 0;

  add(report: ArtifactReport): void {
    this.#artifacts += 1;
    this.#bytes += report.size;
    this.#examinedBytes += report.coverage.bytes - report.coverage.unaccounted;
    this.#verdicts[report.verdict] += 1;
    this.#verdict = worse(this.#verdict, report.verdict);
    this.#unreadable += report.format === 'unreadable' ? 1 : 0;
    for (const finding of report.findings) {
      if (finding.suppressed === undefined) this.#severities[finding.severity] += 1;
      else this.#suppressed += 1;
    }
  }

  get artifacts(): number {
    return this.#artifacts;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get verdict(): Verdict {
    return this.#verdict;
  }

  summary(rest: Pick<ScanSummary, 'unreadableTargets' | 'skippedFiles' | 'milliseconds'>): ScanSummary {
    return {
      artifacts: this.#artifacts,
      bytes: this.#bytes,
      examinedBytes: this.#examinedBytes,
      verdicts: this.#verdicts,
      severities: this.#severities,
      suppressed: this.#suppressed,
      unreadable: this.#unreadable,
      ...rest,
    };
  }
}
