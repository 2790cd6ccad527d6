import type { AccessRecords } from '../grants/access-records.ts';
import type { Store } from '../../store/store.ts';
import type { PolicyExaminer } from './examiner.ts';
import type { NamedInPolicies } from './named-in-policies.ts';
import type { PolicyOutcome, PolicyRequest } from './request.ts';

/** What questions about policies are answered with. */
export interface PolicyDesk {
  readonly store: Store;
  readonly records: AccessRecords;
  readonly examiner: PolicyExaminer;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** Asks policies: the ones in force, or those of a text. */
export type Ask = (requests: readonly PolicyRequest[]) => Promise<readonly PolicyOutcome[]>;

/** Requests that are answered before others get a turn. */
const BATCH = 100;

/** What the policies name besides roles: those in force, or those of a text. */
export async function namedBy({ records, examiner }: PolicyDesk, text: string | undefined): Promise<NamedInPolicies> {
  if (text !== undefined) return examiner.named(text);
  await records.fresh();
  return records.policies.prepared.named;
}

/** Questions about a text go to the examining thread; about the policies in force they are answered here, in small portions. */
export async function askerOf({ records, examiner }: PolicyDesk, text: string | undefined): Promise<Ask> {
  if (text !== undefined) return (requests) => examiner.evaluate(text, requests);
  await records.fresh();
  return async (requests) => {
    const { prepared } = records.policies;
    if (requests.length <= BATCH) return requests.map((request) => prepared.evaluate(request));
    // Many questions are not worth a decision that waits: the thread has nothing else to do.
    return examiner.evaluate(records.policies.text, requests);
  };
}
