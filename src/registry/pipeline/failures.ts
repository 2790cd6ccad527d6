import { CodedError } from '../../bytes/errors.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { moveVersion, type VersionRow } from '../versions/move-version.ts';
import { MAX_ATTEMPTS } from './job-kinds.ts';
import { notify } from './notices.ts';
import { ownersOf } from './who-to-tell.ts';

/** What passes by itself: something that is needed did not answer, or had no room. */
const passing: ReadonlySet<string> = new Set([
  'blobs-full',
  'blobs-unavailable',
  'keys-unavailable',
  'provider-failed',
  'no-space',
  'no-room',
  'unwritable',
  'policy-invalid',
  'policy-outdated',
  'records-unreachable',
  'store-busy',
  'store-conflict',
  'store-failed',
  'store-closed',
  'change-too-slow',
  'outcome-unknown',
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EMFILE',
  'ENFILE',
  'EIO',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
]);
/** Of the machine, not of the model: their texts name folders and services of this server, which are for its log. */
const ofMachine: ReadonlySet<string> = new Set([
  'unreadable',
  'unwritable',
  'no-space',
  'provider-failed',
  'blob-damaged',
  'blobs-full',
  'blobs-unavailable',
  'blobs-unconfigured',
  'blobs-unsafe',
  'folder-unusable',
]);
/** A crash may be chance once. */
export const CRASH_ATTEMPTS = 2;
const MAX_REASON = 500;

/** An attempt at a version, as its job knows it. */
export interface AttemptAt {
  readonly versionId: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** How often an attempt that ended so is tried. */
function attemptsFor(error: unknown): number {
  const code = codeOf(error);
  if (code !== null && passing.has(code)) return MAX_ATTEMPTS;
  return error instanceof CodedError ? 1 : CRASH_ATTEMPTS;
}

export function mayRetry({ signal, attempt }: Pick<AttemptAt, 'signal' | 'attempt'>, error: unknown): boolean {
  return signal.aborted || attempt < attemptsFor(error);
}

/**
 * Ends an attempt that failed: throws, so that the queue tries again, or says of the version that it failed and why. Nothing is released, and
 * nothing hangs. @throws the error, where it is to be tried again.
 */
export async function failOrRetry(registry: Registry, at: AttemptAt, error: unknown): Promise<void> {
  if (mayRetry(at, error)) throw error;
  logFault(registry, error);
  await failVersion(registry, at, reasonOf(error));
}

/** What people are not shown is told to whoever runs the server. */
export function logFault({ onFault }: Pick<Registry, 'onFault'>, error: unknown): void {
  if (isForLog(error)) onFault(error);
}

const workedOn: readonly VersionRow['state'][] = ['uploading', 'examining', 'releasing'];

/** Says that a version failed, to whom it concerns too. Nothing where somebody moved it meanwhile. */
export async function failVersion(
  { store, bus, clock }: Pick<Registry, 'store' | 'bus' | 'clock'>,
  { versionId, jobId }: { readonly versionId: string; readonly jobId: string | null },
  reason: string,
): Promise<void> {
  await store.change(async (change) => {
    const row = await change.sql
      .selectFrom('registry_versions')
      .selectAll()
      .where('id', '=', versionId)
      .where('job_id', jobId === null ? 'is' : '=', jobId)
      .where('state', 'in', workedOn)
      .executeTakeFirst();
    if (row === undefined) return;
    const atMs = clock();
    await moveVersion(change, bus, {
      versionId,
      to: 'failed',
      from: workedOn,
      set: { failure: reason, step: null },
      by: null,
      atMs,
      entry: { reasons: [reason], severity: 'medium' },
    });
    await notify(change, {
      kind: 'failed',
      versionId,
      principals: await ownersOf(change, row),
      text: reason,
      atMs,
    });
  });
}

/** For people. The text of an error that is not ours, or is about the machine, may quote anything: only its kind is shown. */
export function reasonOf(error: unknown): string {
  if (error instanceof CodedError && !isForLog(error)) return error.message.slice(0, MAX_REASON);
  if (codeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY') return 'it needs more memory than an examination may have';
  const kind = error instanceof Error ? [error.name, codeOf(error)].filter((one) => one !== null).join(' ') : 'error';
  return RegistryError.of('work-failed', kind).message;
}

/** Whether the whole of an error is for whoever runs the server, and only its kind for others. */
function isForLog(error: unknown): boolean {
  return !(error instanceof CodedError) || ofMachine.has(error.code);
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
