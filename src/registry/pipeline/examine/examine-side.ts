import { CONVERSION_RECORD, parseConversion } from '../../../bom/conversion.ts';
import { versionSource } from '../../../contract/types/registry.ts';
import { activePolicy } from '../../admission/active-policy.ts';
import { factsOf } from '../../admission/facts-of.ts';
import { signingTrust } from '../../admission/signing-trust.ts';
import type { VersionRow } from '../../versions/move-version.ts';
import { modelOf } from '../model-of.ts';
import { needsConversion, refusedConversions } from '../release/convert-folder.ts';
import { rowsOf } from '../release/release-rows.ts';
import type { ThreadMeans, ThreadTask } from '../task.ts';
import { checkSameFiles, examineFolder } from './examine-folder.ts';
import { inspectFolder } from './inspect-folder.ts';
import type { Examination, Side } from './keep-examination.ts';
import { sourceSignatures, type SourceSignatures } from './source-signature.ts';

interface Wanted {
  readonly task: ThreadTask;
  readonly version: VersionRow;
  readonly side: Side;
  /** Where its files are. */
  readonly folder: string;
  readonly tell: (fraction: number) => void;
  /** Of files that were converted: the record of that, and who signed what they came from. */
  readonly converted?: { readonly record: string; readonly signatures: SourceSignatures | null } | undefined;
}

/**
 * Scans the files of one side of a version, looks who signed them, and tries whether they can be converted. Nothing is kept.
 * @throws RegistryError `content-damaged` where the files are not those of the version.
 */
export async function examineSide(means: ThreadMeans, wanted: Wanted): Promise<Examination> {
  const { task, version, side, folder, tell, converted } = wanted;
  const { read } = means.store;
  const { scanThreads } = task;
  const model = await modelOf(read, version.model_id);
  const examined = await examineFolder(folder, { name: model.name, number: version.number, scanThreads, tell });
  const { report } = examined;
  checkSameFiles(report, await rowsOf(read, version.id, side));
  const record = converted === undefined ? null : parseConversion(converted.record, CONVERSION_RECORD);
  const facts = record === null ? examined.facts : { ...examined.facts, conversion: record };
  const signatures = converted === undefined ? await signaturesOf(means, wanted) : converted.signatures;
  const refused = needsConversion(report) ? await refusedConversions({ folder, report }) : [];
  const source = versionSource.parse(JSON.parse(version.source));
  const found = { model, source, report, facts, signatures, conversion: { refused }, examinedAtMs: Date.now() };
  // Of what was converted, people look at how it came.
  const inspection = converted === undefined ? inspectFolder(folder, report) : undefined;
  return { report, facts, inspection, admission: factsOf(found) };
}

async function signaturesOf({ store }: ThreadMeans, { folder, task }: Wanted): Promise<SourceSignatures> {
  const { policy } = await activePolicy(store.read);
  return sourceSignatures(folder, signingTrust(policy, new Date()), task.scanThreads);
}
