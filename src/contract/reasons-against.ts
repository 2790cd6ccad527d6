import type { AdmissionDecision } from './types/registry.ts';

/**
 * Why a version was denied, or waits for a person: the reasons that made the decision what it is. A waiver takes the force from a reason, and
 * one that only wants a review decides nothing about a version that is denied.
 */
export function reasonsAgainst({ outcome, reasons }: AdmissionDecision): AdmissionDecision['reasons'] {
  return outcome === 'allow' ? [] : reasons.filter(({ effect, waiverId }) => effect === outcome && waiverId === null);
}
