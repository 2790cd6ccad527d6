import type { ModelFacts } from '../../../bom/facts.ts';
import { packageVersion } from '../../../node/version.ts';
import { jsonText } from '../../../scan/json-safe.ts';
import type { ScanReport } from '../../../scan/scan-report.ts';
import type { Change } from '../../../store/store.ts';
import type { AdmissionFacts } from '../../admission/facts.ts';
import { writeFacts } from '../../admission/read-facts.ts';
import { putAllEvidence } from '../../contents/put-evidence.ts';
import type { ThreadMeans } from '../task.ts';

export type Side = 'source' | 'release';

export interface Examination {
  readonly report: ScanReport;
  readonly facts: ModelFacts;
  /** The files taken apart, for people; not of what a conversion made. */
  readonly inspection: object | undefined;
  readonly admission: AdmissionFacts;
}

/** Rows of one statement: a statement of SQLite takes 32,766 values. */
const ROWS_AT_ONCE = 1000;

/** Keeps the documents of an examination. They are replaced when it runs again. */
export async function keepDocuments(
  means: ThreadMeans,
  versionId: string,
  documents: {
    readonly report: ScanReport;
    readonly facts?: ModelFacts;
    /** The files taken apart, for people. */
    readonly inspection?: object | undefined;
    readonly kind: 'scan-report' | 'release-report';
  },
): Promise<void> {
  const { report, facts, inspection, kind } = documents;
  const all = [
    { kind, document: report },
    { kind: 'inspection' as const, document: inspection },
    { kind: 'facts' as const, document: facts },
  ];
  const made = all.filter(({ document }) => document !== undefined);
  await putAllEvidence(
    means,
    made.map(({ kind, document }) => ({
      versionId,
      kind,
      name: `${kind}.json`,
      content: `${jsonText(document)}\n`,
    })),
  );
}

/** Writes down of each file what it is and what the scan says of it. */
export async function writeFileVerdicts(
  { sql }: Change,
  { versionId, side }: { readonly versionId: string; readonly side: Side },
  { artifacts }: ScanReport,
): Promise<void> {
  const found = new Map(artifacts.map((one) => [one.path, one]));
  const rows = await sql
    .selectFrom('registry_files')
    .selectAll()
    .where('version_id', '=', versionId)
    .where('side', '=', side)
    .execute();
  const judged = rows.map((row) => {
    const { format = null, verdict = null } = found.get(row.path) ?? {};
    return { ...row, format, verdict };
  });
  for (let at = 0; at < judged.length; at += ROWS_AT_ONCE) {
    await sql
      .insertInto('registry_files')
      .values(judged.slice(at, at + ROWS_AT_ONCE))
      .onConflict((conflict) =>
        conflict.columns(['version_id', 'side', 'path']).doUpdateSet((eb) => ({
          format: eb.ref('excluded.format'),
          verdict: eb.ref('excluded.verdict'),
        })),
      )
      .execute();
  }
}

/** What the row of a version says of its examination. */
export function examinedSet({ report, admission }: Pick<Examination, 'report' | 'admission'>) {
  return {
    facts: writeFacts(admission),
    verdict: report.verdict,
    examined_at: admission.examinedAtMs,
    examined_with: packageVersion(),
    recheck_at: null,
    recheck_failures: null,
    recheck_after: null,
  };
}
