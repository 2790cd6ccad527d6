import type { AdmissionFacts } from './facts.ts';
import { admissionFacts } from './facts.ts';

/**
 * What was kept of a version; null where nothing is, or what is there is of another program: what is not understood allows nothing.
 * Facts are checked when they are written, so the many of a dry run are only asked for their schema.
 */
export function readFacts(json: string | null): AdmissionFacts | null {
  if (json === null) return null;
  const value = JSON.parse(json) as { readonly schema?: unknown };
  return value.schema === 1 ? (value as AdmissionFacts) : null;
}

/** The text to keep. @throws ZodError for what `readFacts` must not be given. */
export function writeFacts(facts: AdmissionFacts): string {
  return JSON.stringify(admissionFacts.parse(facts));
}
