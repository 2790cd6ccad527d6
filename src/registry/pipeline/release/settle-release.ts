import { admissionDecision } from '../../../contract/types/registry.ts';
import type { Registry } from '../../registry.ts';
import { askForReview } from '../examine/conclude-examination.ts';
import { type AttemptAt, failOrRetry } from '../failures.ts';
import { ownVersion } from '../task.ts';
import { concludeRelease } from './conclude-release.ts';

/** Goes on with a release after its thread ended, well or not. @throws whatever is to be tried again. */
export async function settleRelease(registry: Registry, at: AttemptAt, failure: Error | undefined): Promise<void> {
  try {
    if (failure !== undefined) throw failure;
    await concludeRelease(registry, at);
  } catch (error) {
    if (isRefusal(error)) return wantsReview(registry, at, error.message);
    await failOrRetry(registry, at, error);
  }
}

/** What cannot be converted although it must be; not what failed on the way. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && refusals.has(String(error.code));
}

const refusals: ReadonlySet<string> = new Set([
  'conversion-refused',
  'tensors-refused',
  'nothing-to-convert',
  'name-clash',
  'output-clash',
  'metadata-clash',
  'header-too-large',
  'amplification-exceeded',
  'ties-incomplete',
  'index-invalid',
  'checksum-mismatch',
]);

/** It is never released as it came: a person refuses it, gives a waiver, or waits for another one. */
async function wantsReview(registry: Registry, at: AttemptAt, message: string): Promise<void> {
  await registry.store.change(async (change) => {
    const version = await ownVersion(change.sql, at, 'releasing');
    if (version?.decision === undefined || version.decision === null) return;
    const before = admissionDecision.parse(JSON.parse(version.decision));
    const rule = before.reasons.find(({ effect }) => effect === 'convert')?.rule ?? 'convert';
    const reason = { rule, effect: 'review' as const, message: message.slice(0, 900), waiverId: null };
    const others = before.reasons.filter((one) => one.rule !== rule || one.effect !== 'review');
    const decision = { ...before, outcome: 'review' as const, reasons: [reason, ...others] };
    await askForReview(change, registry, { version, decision, atMs: registry.clock() });
  });
}
