import { createReadStream, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CONVERSION_RECORD, parseConversion } from '../../../bom/conversion.ts';
import type { ModelFacts } from '../../../bom/facts.ts';
import type { ScanReport } from '../../../scan/scan-report.ts';
import { decideVersion } from '../../admission/decide-version.ts';
import { factsOf } from '../../admission/facts-of.ts';
import type { AdmissionFacts } from '../../admission/facts.ts';
import { readFacts, writeFacts } from '../../admission/read-facts.ts';
import { requireKept } from '../../contents/require-kept.ts';
import { materialise } from '../../contents/materialise.ts';
import { dropEvidence, putEvidence } from '../../contents/put-evidence.ts';
import { storeContent } from '../../contents/store-content.ts';
import { RegistryError } from '../../errors.ts';
import { checkFileNames } from '../../versions/file-names.ts';
import type { VersionRow } from '../../versions/move-version.ts';
import { examineFolder } from '../examine/examine-folder.ts';
import { keepDocuments } from '../examine/keep-examination.ts';
import { modelOf } from '../model-of.ts';
import { byBytes, type Steps, stepsOf } from '../steps.ts';
import { ownVersion, type ThreadMeans, type ThreadTask } from '../task.ts';
import { documentWithoutFolder, withoutFolder } from '../without-folder.ts';
import { inWorkFolder } from '../work-folder.ts';
import { convertFolder, needsConversion, refusalsIn } from './convert-folder.ts';
import { factsFrom, reportFrom } from './kept-documents.ts';
import type { ReleasedFile } from './manifest-of.ts';
import { writeBoms } from './write-boms.ts';
import { type ReleaseRow, sourceRows, writeReleaseRows } from './release-rows.ts';

const shares = { read: 0.1, convert: 0.3, examine: 0.3, store: 0.2, describe: 0.1 } as const;

/** What is going to be given out, and what is known of it. */
interface Prepared {
  readonly rows: readonly ReleaseRow[];
  readonly facts: ModelFacts;
  readonly admission: AdmissionFacts;
}

/**
 * Makes the files that a version gives out: the same as came, or what they are converted to where the policy says so; with their bills of
 * materials. Nothing is given out by it. May run again at any point.
 * @throws RegistryError `conversion-refused`, and whatever conversion and contents throw.
 */
export async function prepareRelease(means: ThreadMeans, task: ThreadTask): Promise<void> {
  const version = await ownVersion(means.store.read, task, 'releasing');
  // What was released once is given out again as it was.
  if (version === undefined || version.revision !== null) return;
  const decided = await decideVersion(means.store.read, version, Date.now());
  const source = readFacts(version.facts);
  if (decided === null || source === null)
    throw RegistryError.of('version-state', 'it was not examined by this program; submit it again');
  const steps = stepsOf(means, task);
  const report = await reportFrom(means, version.id, 'scan-report');
  const work = { task, version, source, report, steps };
  const isConverted = decided.decision.convert && needsConversion(report);
  const prepared = isConverted ? await converted(means, work) : await asItCame(means, work);
  await steps.begin('writes the bills of materials', shares.describe);
  const { name } = await modelOf(means.store.read, version.model_id);
  await writeBoms(means, { versionId: version.id, name, files: filesOf(prepared.rows), facts: prepared.facts });
  await keep(means, task, prepared);
}

interface Work {
  readonly task: ThreadTask;
  readonly version: VersionRow;
  readonly source: AdmissionFacts;
  readonly report: ScanReport;
  readonly steps: Steps;
}

async function asItCame(means: ThreadMeans, { version, source }: Work): Promise<Prepared> {
  // An attempt before may have converted it, and been sent back: nothing may attest that of what is given out as it came.
  await dropEvidence(means, { versionId: version.id, kinds: ['conversion-record', 'release-report'] });
  const rows = await sourceRows(means.store.read, version.id);
  return { rows, facts: await factsFrom(means, version.id), admission: source };
}

async function converted(means: ThreadMeans, work: Work): Promise<Prepared> {
  const { task, version, steps } = work;
  return inWorkFolder(task.workFolder, async (parent) => {
    const folder = join(parent, 'files');
    const onBytes = byBytes(await steps.begin('reads the files', shares.read), version.byte_count);
    const { versionId, signal, keys } = task;
    await materialise({ ...means, keys }, { versionId, side: 'source', folder, signal, onBytes });
    const output = join(parent, 'converted');
    const record = await convertInto(means, work, { folder, output, parent });
    task.signal.throwIfAborted();
    return examineConverted(means, work, { output, record });
  });
}

interface Places {
  readonly folder: string;
  readonly output: string;
  /** Holds both. */
  readonly parent: string;
}

/** Answers with the record, which is evidence and no file of the model. */
async function convertInto(means: ThreadMeans, { version, report, steps }: Work, { folder, output, parent }: Places) {
  const tell = await steps.begin('converts to safetensors', shares.convert);
  const { record, recordPath } = await convertFolder({ folder, report }, { output, tell });
  const [refused] = refusalsIn(documentWithoutFolder(record, parent), report);
  if (refused !== undefined) throw RegistryError.of('conversion-refused', refused);
  const content = withoutFolder(readFileSync(recordPath, 'utf8'), parent);
  rmSync(recordPath);
  await putEvidence(means, { versionId: version.id, kind: 'conversion-record', name: 'conversion.json', content });
  return content;
}

async function examineConverted(
  means: ThreadMeans,
  { task, version, source, steps }: Work,
  { output, record }: { readonly output: string; readonly record: string },
): Promise<Prepared> {
  const { scanThreads, versionId } = task;
  const tell = await steps.begin('examines what it was converted to', shares.examine);
  const model = await modelOf(means.store.read, version.model_id);
  const gathered = await examineFolder(output, { name: model.name, number: version.number, scanThreads, tell });
  const facts = { ...gathered.facts, conversion: parseConversion(record, CONVERSION_RECORD) ?? undefined };
  await keepDocuments(means, versionId, { report: gathered.report, kind: 'release-report' });
  const rows = await storeOutputs(means, { output, task, report: gathered.report, steps });
  // Whoever signed what came has not signed what it was converted to; that it came from him is still so.
  const { items: signers = [] } = source.signatures?.signers ?? {};
  const { items: unverified = [] } = source.signatures?.unverified ?? {};
  const signatures = source.signatures === null ? null : { signers, unverified };
  const examined = { model, source: source.source, report: gathered.report, facts, signatures };
  const admission = factsOf({ ...examined, conversion: { refused: [] }, examinedAtMs: Date.now() });
  return { rows, facts, admission };
}

interface Outputs {
  readonly output: string;
  readonly task: ThreadTask;
  readonly report: ScanReport;
  readonly steps: Steps;
}

async function storeOutputs(means: ThreadMeans, { output, task, report, steps }: Outputs): Promise<ReleaseRow[]> {
  // What a conversion is called may be taken, to some file systems, by a file that was carried over.
  checkFileNames(report.artifacts.map(({ path }) => path));
  const total = report.artifacts.reduce((sum, { size }) => sum + size, 0);
  const onBytes = byBytes(await steps.begin('stores what it was converted to', shares.store), total);
  const rows: ReleaseRow[] = [];
  for (const { path, size, sha256, format, verdict } of report.artifacts) {
    task.signal.throwIfAborted();
    const expected = `sha256:${sha256 ?? ''}`;
    const content = createReadStream(join(output, path)) as AsyncIterable<Uint8Array>;
    const { digest, bytes } = await storeContent(means, content, { maxBytes: task.maxFileBytes, expected });
    rows.push({ path, bytes, digest, format, verdict });
    onBytes(size);
  }
  return rows;
}

function filesOf(rows: readonly ReleaseRow[]): readonly ReleasedFile[] {
  return rows.map(({ path, bytes, digest }) => ({ path, bytes, digest }));
}

async function keep(means: ThreadMeans, task: ThreadTask, { rows, admission }: Prepared): Promise<void> {
  await means.store.change(async (change) => {
    if ((await ownVersion(change.sql, task, 'releasing')) === undefined)
      throw RegistryError.of('version-state', 'it changed meanwhile');
    await requireKept(change, means.store.dialect, rows);
    await writeReleaseRows(change, task.versionId, rows);
    await change.sql
      .updateTable('registry_versions')
      .set({ release_facts: writeFacts(admission) })
      .where('id', '=', task.versionId)
      .execute();
  });
}
