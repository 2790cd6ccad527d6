import { join } from 'node:path';
import { writeFacts } from '../../admission/read-facts.ts';
import { materialise } from '../../contents/materialise.ts';
import { readEvidence } from '../../contents/put-evidence.ts';
import { RegistryError } from '../../errors.ts';
import type { VersionRow } from '../../versions/move-version.ts';
import { examineSide } from '../examine/examine-side.ts';
import {
  type Examination,
  examinedSet,
  keepDocuments,
  type Side,
  writeFileVerdicts,
} from '../examine/keep-examination.ts';
import type { SourceSignatures } from '../examine/source-signature.ts';
import { modelOf } from '../model-of.ts';
import { releaseRows } from '../release/release-rows.ts';
import { writeBoms } from '../release/write-boms.ts';
import { byBytes, tellerOf } from '../steps.ts';
import type { ThreadMeans, ThreadTask } from '../task.ts';
import { inWorkFolder } from '../work-folder.ts';

/** Whose files are given out, or were. */
export const REEXAMINED: readonly VersionRow['state'][] = ['released', 'recalled'];

/** Of one side: reading it, and examining it. */
const shares = { read: 0.2, examine: 0.8 } as const;

/** What was found of a version. What is given out as it came is one. */
interface Examinations {
  readonly came: Examination;
  readonly given: Examination;
}

/**
 * Examines the files of a version once more, with the rules of now, and keeps what was found: those that it gives out and, where these were
 * converted, those that came too, since a rule may know them for what they are. Its state stays as it is: that is for the decision. May run
 * again at any point.
 */
export async function reexamineVersion(means: ThreadMeans, task: ThreadTask): Promise<void> {
  const version = await means.store.read
    .selectFrom('registry_versions')
    .selectAll()
    .where('id', '=', task.versionId)
    .where('state', 'in', REEXAMINED)
    .executeTakeFirst();
  if (version === undefined) return;
  const record = await (await readEvidence(means, { versionId: version.id, kind: 'conversion-record' }))?.text();
  const work = { task, version };
  await keep(means, version, await (record === undefined ? asItCame(means, work) : bothSides(means, work, record)));
}

interface Work {
  readonly task: ThreadTask;
  readonly version: VersionRow;
}

async function asItCame(means: ThreadMeans, work: Work): Promise<Examinations> {
  const found = await examine(means, work, { side: 'release', from: 0, share: 1 });
  return { came: found, given: found };
}

async function bothSides(means: ThreadMeans, work: Work, record: string): Promise<Examinations> {
  const came = await examine(means, work, { side: 'source', from: 0, share: 0.5 });
  const { signers, unverified } = came.admission.signatures ?? { signers: { items: [] }, unverified: { items: [] } };
  const signatures = { signers: signers.items, unverified: unverified.items };
  const converted = { record, signatures };
  return { came, given: await examine(means, work, { side: 'release', from: 0.5, share: 0.5, converted }) };
}

interface Part {
  readonly side: Side;
  /** Which part of the whole it is. */
  readonly from: number;
  readonly share: number;
  readonly converted?: { readonly record: string; readonly signatures: SourceSignatures };
}

async function examine(
  means: ThreadMeans,
  { task, version }: Work,
  { side, from, share, converted }: Part,
): Promise<Examination> {
  const { versionId, signal, keys } = task;
  const tellAt = (start: number, part: number) => tellerOf(task, from + share * start, share * part);
  return inWorkFolder(task.workFolder, async (parent) => {
    const folder = join(parent, 'files');
    const onBytes = byBytes(tellAt(0, shares.read), version.byte_count);
    await materialise({ ...means, keys }, { versionId, side, folder, signal, onBytes });
    return examineSide(means, { task, version, side, folder, converted, tell: tellAt(shares.read, shares.examine) });
  });
}

async function keep(means: ThreadMeans, version: VersionRow, { came, given }: Examinations): Promise<void> {
  const versionId = version.id;
  const rows = await releaseRows(means.store.read, versionId);
  const { name } = await modelOf(means.store.read, version.model_id);
  await keepDocuments(means, versionId, { ...came, kind: 'scan-report' });
  if (given !== came) await keepDocuments(means, versionId, { report: given.report, kind: 'release-report' });
  await writeBoms(means, { versionId, name, files: rows, facts: given.facts });
  await means.store.change(async (change) => {
    const { numUpdatedRows } = await change.sql
      .updateTable('registry_versions')
      .set({
        ...examinedSet(given),
        facts: writeFacts(came.admission),
        release_facts: writeFacts(given.admission),
      })
      .where('id', '=', versionId)
      .where('state', 'in', REEXAMINED)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw RegistryError.of('version-state', 'it changed meanwhile');
    await writeFileVerdicts(change, { versionId, side: 'release' }, given.report);
    await writeFileVerdicts(change, { versionId, side: 'source' }, came.report);
  });
}
