import type { Registry } from '../../registry.ts';
import { type AttemptAt, failOrRetry } from '../failures.ts';
import { concludeExamination } from './conclude-examination.ts';

interface Examining extends AttemptAt {
  readonly wantsReview: boolean;
}

/** Goes on with a version after the thread that examined it ended, well or not. @throws whatever is to be tried again. */
export async function settleExamination(registry: Registry, at: Examining, failure: Error | undefined): Promise<void> {
  try {
    if (failure !== undefined) throw failure;
    await concludeExamination(registry, at);
  } catch (error) {
    await failOrRetry(registry, at, error);
  }
}
