import type { AdmissionDecision } from '../../contract/types/registry.ts';
import type { AdmissionFacts } from './facts.ts';
import type { AdmissionPolicy } from './policy.ts';

/** A waiver that was given; whether it still holds is asked of its times. */
export interface GivenWaiver {
  readonly id: string;
  readonly rules: readonly string[];
  readonly expiresAtMs: number;
  readonly endedAtMs: number | null;
}

export interface DecidingOptions {
  /** Of this version, and of its model as a whole. */
  readonly waivers: readonly GivenWaiver[];
  readonly policyVersion: number;
  readonly nowMs: number;
}

/** Pure and total. */
export function decideAdmission(
  _policy: AdmissionPolicy,
  _facts: AdmissionFacts,
  _options: DecidingOptions,
): AdmissionDecision {
  throw new Error('not yet');
}
