import { join } from 'node:path';
import { readEvidence } from '../../contents/put-evidence.ts';
import { materialise } from '../../contents/materialise.ts';
import { RegistryError } from '../../errors.ts';
import { assembleUploads } from '../../uploads/assemble.ts';
import type { VersionRow } from '../../versions/move-version.ts';
import { byBytes, type Steps, stepsOf } from '../steps.ts';
import { ownVersion, type ThreadMeans, type ThreadTask } from '../task.ts';
import { inWorkFolder } from '../work-folder.ts';
import { examineSide } from './examine-side.ts';
import { type Examination, examinedSet, keepDocuments, writeFileVerdicts } from './keep-examination.ts';

/** Which part of the time each step takes, roughly: reading and hashing everything is most of it. */
const shares = { assemble: 0.25, read: 0.1, examine: 0.6, keep: 0.05 } as const;

/**
 * Puts the uploads of a version together, reads and scans every file, and keeps what was found. May run again at any point.
 * @throws RegistryError, BomError and whatever contents throw.
 */
export async function examineVersion(means: ThreadMeans, task: ThreadTask): Promise<void> {
  const version = await ownVersion(means.store.read, task, 'examining');
  if (version === undefined) return;
  const steps = stepsOf(means, task);
  const { versionId, signal } = task;
  const assembling = byBytes(await steps.begin('puts the uploads together', shares.assemble), version.byte_count);
  await assembleUploads(means, { versionId, signal, onBytes: assembling });
  await inWorkFolder(task.workFolder, async (folder) => {
    const examination = await examineSource(means, { task, version, steps, folder: join(folder, 'files') });
    await steps.begin('writes down what was found', shares.keep);
    await keep(means, { task, version, examination });
  });
}

interface Work {
  readonly task: ThreadTask;
  readonly version: VersionRow;
  readonly steps: Steps;
  readonly folder: string;
}

async function examineSource(means: ThreadMeans, { task, version, steps, folder }: Work): Promise<Examination> {
  const { versionId, signal, keys } = task;
  const onBytes = byBytes(await steps.begin('reads the files', shares.read), version.byte_count);
  await materialise({ ...means, keys }, { versionId, side: 'source', folder, signal, onBytes });
  const tell = await steps.begin('examines the files', shares.examine);
  return examineSide(means, { task, version, side: 'source', folder, tell });
}

interface Kept extends Pick<Work, 'task' | 'version'> {
  readonly examination: Examination;
}

async function keep(means: ThreadMeans, { task, version, examination }: Kept): Promise<void> {
  const { versionId } = task;
  await keepDocuments(means, versionId, { ...examination, kind: 'scan-report' });
  const isConverted = (await readEvidence(means, { versionId, kind: 'conversion-record' })) !== undefined;
  const set = examinedSet(examination);
  await means.store.change(async (change) => {
    if ((await ownVersion(change.sql, task, 'examining')) === undefined)
      throw RegistryError.of('version-state', 'it changed meanwhile');
    await writeFileVerdicts(change, { versionId, side: 'source' }, examination.report);
    await change.sql
      .updateTable('registry_versions')
      .set({ ...set, ...releaseFacts(version, { facts: set.facts, isConverted }) })
      .where('id', '=', versionId)
      .execute();
  });
}

/** What was found of files that an attempt before prepared is void: they are prepared anew. What was released once is given out as it was. */
function releaseFacts(
  { revision }: VersionRow,
  { facts, isConverted }: { readonly facts: string; readonly isConverted: boolean },
): { readonly release_facts?: string | null } {
  if (revision === null) return { release_facts: null };
  return isConverted ? {} : { release_facts: facts };
}
