import { z } from 'zod';
import { readFacts } from '../admission/read-facts.ts';
import { readEvidence } from '../contents/put-evidence.ts';
import type { Registry } from '../registry.ts';
import type { VersionRow } from './move-version.ts';

export interface ReportedFinding {
  readonly ruleId: string;
  readonly severity: string;
  readonly path: string;
  readonly message: string;
}

/** Of a longer report only the summary by rules is compared. */
const MAX_REPORT_BYTES = 16 * 1024 * 1024;

const finding = z.object({
  ruleId: z.string(),
  severity: z.string(),
  message: z.string(),
  location: z.object({ path: z.string(), member: z.string().optional() }),
  suppressed: z.unknown().optional(),
});
const report = z.object({ artifacts: z.array(z.object({ findings: z.array(finding) })) });

/** What the last examination of a version found and what counts of it; each once, by what it says and where. */
export async function reportFindings(
  registry: Pick<Registry, 'store' | 'blobs'>,
  version: VersionRow,
): Promise<ReadonlyMap<string, ReportedFinding>> {
  const evidence = await readEvidence(registry, { versionId: version.id, kind: 'scan-report' });
  const found =
    evidence === undefined || evidence.bytes > MAX_REPORT_BYTES
      ? summaryOf(version)
      : findingsIn(JSON.parse(await evidence.text()));
  return new Map(found.map((one) => [JSON.stringify([one.ruleId, one.severity, one.path, one.message]), one]));
}

function findingsIn(json: unknown): readonly ReportedFinding[] {
  return report
    .parse(json)
    .artifacts.flatMap(({ findings }) => findings)
    .filter(({ suppressed }) => suppressed === undefined)
    .map(({ ruleId, severity, message, location: { path, member } }) => ({
      ruleId,
      severity,
      message,
      path: member === undefined ? path : `${path}!/${member}`,
    }));
}

function summaryOf({ facts }: VersionRow): readonly ReportedFinding[] {
  return (readFacts(facts)?.findings?.items ?? []).map(({ ruleId, severity, example }) => ({
    ruleId,
    severity,
    path: example,
    message: '',
  }));
}
