import type { Reference, Severity } from '../rules/rule.ts';

export const verdicts = ['clean', 'inconclusive', 'suspicious', 'malicious'] as const;
/** From best to worst: what may be concluded about an artifact. */
export type Verdict = (typeof verdicts)[number];

/** Where a finding is. Offsets are bytes from the start of the innermost member. */
export interface Location {
  readonly path: string;
  /** Members from the outside in, joined by `!/`; absent for the file itself. */
  readonly member?: string;
  readonly offset?: number;
  readonly length?: number;
  /** JSON pointer, or key, inside the document. */
  readonly pointer?: string;
}

/** A rule that fired. `data` is the evidence; `message` is rendered from it. */
export interface Finding {
  readonly ruleId: string;
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly location: Location;
  readonly references: readonly Reference[];
  readonly data: Readonly<Record<string, unknown>>;
  /** How often the same thing was found in the same member; the location is the first. */
  readonly occurrences: number;
  /** Present when the policy or the baseline accepts it: it no longer counts towards the verdict. */
  readonly suppressed?: { readonly reason: string; readonly expires?: string; readonly by: 'policy' | 'baseline' };
}

/** How many bytes of a file on disk were understood, and as what. The parts add up to `bytes`. */
export interface Coverage {
  readonly bytes: number;
  readonly structure: number;
  readonly payload: number;
  readonly member: number;
  readonly padding: number;
  readonly unaccounted: number;
  /** Members seen and examined, nested ones included. */
  readonly members: number;
  readonly membersExamined: number;
  /** True when every byte and every member was accounted for. */
  readonly complete: boolean;
}

/** What was found out about one file on disk. */
export interface ArtifactReport {
  readonly path: string;
  /** Ids of the formats it is; several for a polyglot, joined by `+`; `unknown` when none. */
  readonly format: string;
  readonly size: number;
  /** Of the whole file, in hexadecimal; only when asked for, since it costs reading everything. */
  readonly sha256?: string;
  readonly verdict: Verdict;
  readonly coverage: Coverage;
  readonly findings: readonly Finding[];
  /** Facts that are not findings: how a loader would treat it, counts of tensors, and the like. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Milliseconds spent. */
  readonly milliseconds: number;
}
