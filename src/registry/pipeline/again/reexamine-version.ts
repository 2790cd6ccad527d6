import { join } from 'node:path';
import { CONVERSION_RECORD, parseConversion } from '../../../bom/conversion.ts';
import { versionSource } from '../../../contract/types/registry.ts';
import { activePolicy } from '../../admission/active-policy.ts';
import { factsOf } from '../../admission/facts-of.ts';
import { readFacts, writeFacts } from '../../admission/read-facts.ts';
import { signingTrust } from '../../admission/signing-trust.ts';
import { materialise } from '../../contents/materialise.ts';
import { readEvidence } from '../../contents/put-evidence.ts';
import { RegistryError } from '../../errors.ts';
import { evidenceNames } from '../../../sign/manifest.ts';
import type { VersionRow } from '../../versions/move-version.ts';
import { checkSameFiles, examineFolder } from '../examine/examine-folder.ts';
import { inspectFolder } from '../examine/inspect-folder.ts';
import { type Examination, examinedSet, keepDocuments, writeFileVerdicts } from '../examine/keep-examination.ts';
import { sourceSignatures, type SourceSignatures } from '../examine/source-signature.ts';
import { modelOf } from '../model-of.ts';
import { needsConversion, refusedConversions } from '../release/convert-folder.ts';
import { type ReleaseRow, releaseRows } from '../release/release-rows.ts';
import { writeBoms } from '../release/write-boms.ts';
import type { ThreadMeans, ThreadTask } from '../task.ts';
import { inWorkFolder } from '../work-folder.ts';

/** Whose files are given out, or were. */
export const REEXAMINED: readonly VersionRow['state'][] = ['released', 'recalled'];

const shares = { read: 0.2, examine: 0.8 } as const;

/**
 * Examines the files that a version gives out once more, with the rules of now, and keeps what was found. Its state stays as it is: that is
 * for the decision. May run again at any point.
 */
export async function reexamineVersion(means: ThreadMeans, task: ThreadTask): Promise<void> {
  const version = await means.store.read
    .selectFrom('registry_versions')
    .selectAll()
    .where('id', '=', task.versionId)
    .where('state', 'in', REEXAMINED)
    .executeTakeFirst();
  if (version === undefined) return;
  const rows = await releaseRows(means.store.read, version.id);
  const record = await readEvidence(means, { versionId: version.id, kind: 'conversion-record' });
  const examination = await inWorkFolder(task.workFolder, async (parent) =>
    examine(means, { task, version, rows, folder: join(parent, 'files'), record: await record?.text() }),
  );
  await keep(means, { version, rows, examination, isConverted: record !== undefined });
}

interface Work {
  readonly task: ThreadTask;
  readonly version: VersionRow;
  readonly rows: readonly ReleaseRow[];
  readonly folder: string;
  /** Of its conversion; undefined where it is given out as it came. */
  readonly record: string | undefined;
}

async function examine(means: ThreadMeans, { task, version, rows, folder, record }: Work): Promise<Examination> {
  const { versionId, signal, keys, scanThreads, progress } = task;
  await materialise({ ...means, keys }, { versionId, side: 'release', folder, signal });
  await progress(shares.read);
  const model = await modelOf(means.store.read, version.model_id);
  const tell = (fraction: number): void =>
    void progress(shares.read + shares.examine * fraction).catch(() => undefined);
  const examined = await examineFolder(folder, { name: model.name, number: version.number, scanThreads, tell });
  const { report } = examined;
  checkSameFiles(report, rows);
  const conversion = record === undefined ? undefined : (parseConversion(record, CONVERSION_RECORD) ?? undefined);
  const facts = { ...examined.facts, conversion };
  const signatures = await signaturesOf(means, { task, version, rows, folder, record });
  const refused = needsConversion(report) ? await refusedConversions({ folder, report }) : [];
  const source = versionSource.parse(JSON.parse(version.source));
  const found = { model, source, report, facts, signatures, conversion: { refused }, examinedAtMs: Date.now() };
  return { report, facts, inspection: inspectFolder(folder, report), admission: factsOf(found) };
}

/** The signature that came with the files, where it is there; of converted files what was found when they came. */
async function signaturesOf(
  { store }: ThreadMeans,
  { task, version, rows, folder, record }: Work,
): Promise<SourceSignatures | null> {
  if (record === undefined && rows.some(({ path }) => path === evidenceNames.signature)) {
    const { policy } = await activePolicy(store.read);
    return sourceSignatures(folder, signingTrust(policy, new Date()), task.scanThreads);
  }
  const before = readFacts(version.release_facts)?.signatures ?? null;
  return before === null ? null : { signers: before.signers.items, unverified: before.unverified.items };
}

interface Kept {
  readonly version: VersionRow;
  readonly rows: readonly ReleaseRow[];
  readonly examination: Examination;
  readonly isConverted: boolean;
}

async function keep(means: ThreadMeans, { version, rows, examination, isConverted }: Kept): Promise<void> {
  const { report, facts, inspection, admission } = examination;
  const versionId = version.id;
  const { name } = await modelOf(means.store.read, version.model_id);
  await keepDocuments(
    means,
    versionId,
    isConverted ? { report, kind: 'release-report' } : { report, facts, inspection, kind: 'scan-report' },
  );
  await writeBoms(means, { versionId, name, files: rows, facts });
  await means.store.change(async (change) => {
    const { facts: asText, ...set } = examinedSet(examination);
    const { numUpdatedRows } = await change.sql
      .updateTable('registry_versions')
      .set({ ...set, release_facts: writeFacts(admission), ...(isConverted ? {} : { facts: asText }) })
      .where('id', '=', versionId)
      .where('state', 'in', REEXAMINED)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw RegistryError.of('version-state', 'it changed meanwhile');
    await writeFileVerdicts(change, { versionId, side: 'release' }, report);
    if (!isConverted) await writeFileVerdicts(change, { versionId, side: 'source' }, report);
  });
}
