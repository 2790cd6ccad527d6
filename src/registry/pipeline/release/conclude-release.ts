import type { Change } from '../../../store/store.ts';
import { entryOf } from '../../admission/decision-entry.ts';
import { readFacts } from '../../admission/read-facts.ts';
import { sealVersion, writeSealed, type SealedVersion } from '../../contents/seal-version.ts';
import { packedColumns } from '../../oci/pack-version.ts';
import type { Registry } from '../../registry.ts';
import { moveVersion, type VersionRow } from '../../versions/move-version.ts';
import { askForReview, denyVersion } from '../examine/conclude-examination.ts';
import { judge, type Judgement } from '../judge.ts';
import { modelOf } from '../model-of.ts';
import { notify } from '../notices.ts';
import { ownVersion, type ThreadTask } from '../task.ts';
import { ownersOf } from '../who-to-tell.ts';
import { type ReleasedFile, revisionOf } from './manifest-of.ts';
import { releaseRows } from './release-rows.ts';
import { type Signed, signRelease } from './sign-release.ts';

type Conclusion = Pick<ThreadTask, 'versionId' | 'jobId' | 'signal'>;

/**
 * Signs and seals what was prepared, and gives it out: everything that makes it a release is one change, with its entry in the ledger. The
 * policy of that moment has the last word. Nothing where another job has it. @throws RegistryError `keys-unavailable`, `content-damaged`.
 */
export async function concludeRelease(registry: Registry, conclusion: Conclusion): Promise<void> {
  const { store, clock } = registry;
  const { versionId, signal } = conclusion;
  const version = await ownVersion(store.read, conclusion, 'releasing');
  if (version === undefined) return;
  // Asked before the work too: what is not given out needs no keys.
  if ((await judge(store.read, version, since(version, clock()))).outcome !== 'allow')
    return refuse(registry, conclusion);
  const files = await releaseRows(store.read, versionId);
  const { name } = await modelOf(store.read, version.model_id);
  await say(registry, conclusion, 'signs');
  const signed = await signRelease(registry, { versionId, name, files });
  await say(registry, conclusion, 'encrypts');
  const sealed = await sealVersion(registry, { versionId, signal });
  signal.throwIfAborted();
  await store.change(async (change) => {
    const current = await ownVersion(change.sql, conclusion, 'releasing');
    if (current === undefined) return;
    const judgement = await judge(change.sql, current, since(current, clock()));
    if (judgement.outcome !== 'allow') return sendBack(change, registry, { version: current, judgement });
    await release(change, registry, { version: current, name, judgement, files, signed, sealed });
  });
}

/** Whoever approved it has seen what the last examination found. */
function since({ examined_at: examinedAt }: VersionRow, nowMs: number) {
  return { nowMs, approvedSinceMs: examinedAt ?? nowMs };
}

async function say({ store }: Registry, { versionId, jobId }: Conclusion, step: string): Promise<void> {
  await store.change(({ sql }) =>
    sql
      .updateTable('registry_versions')
      .set({ step })
      .where('id', '=', versionId)
      .where('job_id', '=', jobId)
      .execute(),
  );
}

async function refuse(registry: Registry, conclusion: Conclusion): Promise<void> {
  await registry.store.change(async (change) => {
    const version = await ownVersion(change.sql, conclusion, 'releasing');
    if (version === undefined) return;
    const judgement = await judge(change.sql, version, since(version, registry.clock()));
    // Allowed by now: the job that is tried again finds so.
    if (judgement.outcome === 'allow') return;
    await sendBack(change, registry, { version, judgement });
  });
}

async function sendBack(
  change: Change,
  registry: Registry,
  { version, judgement }: { readonly version: VersionRow; readonly judgement: Judgement },
): Promise<void> {
  const { decision, outcome } = judgement;
  const refusal = { version, decision, atMs: registry.clock() };
  await (outcome === 'deny' ? denyVersion : askForReview)(change, registry, refusal);
}

interface Releasing {
  readonly version: VersionRow;
  /** Of the model. */
  readonly name: string;
  readonly judgement: Judgement;
  readonly files: readonly ReleasedFile[];
  readonly signed: Signed;
  readonly sealed: SealedVersion;
}

async function release(
  change: Change,
  registry: Registry,
  { version, name, judgement, files, signed, sealed }: Releasing,
): Promise<void> {
  const { decision, approver } = judgement;
  const atMs = registry.clock();
  const versionId = version.id;
  const revision = revisionOf(files);
  const verdict = readFacts(version.release_facts)?.verdict ?? null;
  await writeSealed(change, sealed);
  await moveVersion(change, registry.bus, {
    versionId,
    to: 'released',
    from: ['releasing'],
    set: {
      revision,
      root_digest: signed.rootDigest,
      ...packedColumns({ name, number: version.number, revision, createdAtMs: version.created_at, files }),
      released_at: atMs,
      decision: JSON.stringify(decision),
      verdict,
      file_count: files.length,
      byte_count: files.reduce((sum, { bytes }) => sum + bytes, 0),
      step: null,
      failure: null,
      recalled_at: null,
      recalled_by_kind: null,
      recalled_by_id: null,
      recall_reason: null,
    },
    by: null,
    atMs,
    entry: {
      ...entryOf(decision),
      decision: decision.convert ? 'transform' : 'allow',
      data: { revision, verdict, signer: signed.signer, files: files.length, approver: approver?.id ?? null },
    },
  });
  const principals = await ownersOf(change, version);
  await notify(change, {
    kind: 'released',
    versionId,
    principals,
    text: `version ${version.number} is released`,
    atMs,
  });
}
