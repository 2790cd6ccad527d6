import type { AdmissionFacts } from '../facts.ts';

/** Whether a condition holds; null where the facts do not tell. */
export type Holds = boolean | null;

export interface Answer {
  readonly holds: Holds;
  /** What was found, for people; asked for only where it is shown. */
  readonly found: () => string;
}

export interface Asked {
  readonly facts: AdmissionFacts;
  readonly nowMs: number;
}

/** A condition of a policy, ready to be asked of many versions. */
export type Ask = (asked: Asked) => Answer;

export function answer(holds: Holds, found: () => string): Answer {
  return { holds, found };
}

export function unknown(what: string): Answer {
  return { holds: null, found: () => `${what} not known` };
}

/** Holds when all do; does not when one does not, whatever the others are. */
export function every(answers: readonly Holds[]): Holds {
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

export function some(answers: readonly Holds[]): Holds {
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

const MAX_NAMED = 3;

/** The first few and how many more there are. */
export function fewOf(names: readonly string[], total = names.length): string {
  const shown = names.slice(0, MAX_NAMED);
  const more = total - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
