import type { ModelFacts } from '../../../bom/facts.ts';
import type { ScanReport } from '../../../scan/scan-report.ts';
import type { Blobs } from '../../../store/blobs/blobs.ts';
import type { ThreadStore } from '../../../store/jobs/threads/remote-store.ts';
import { readEvidence } from '../../contents/put-evidence.ts';
import { RegistryError } from '../../errors.ts';

interface Means {
  readonly store: Pick<ThreadStore, 'read' | 'change'>;
  readonly blobs: Blobs;
}

/** Documents of an examination, as it kept them: blobs are known by their digest, so nobody else wrote them. */
async function documentOf(
  means: Means,
  versionId: string,
  kind: 'scan-report' | 'release-report' | 'facts',
): Promise<unknown> {
  const evidence = await readEvidence(means, { versionId, kind });
  if (evidence === undefined) throw RegistryError.of('version-state', `it has no ${kind}; submit it again`);
  const pieces: Uint8Array[] = [];
  for await (const piece of evidence.read()) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString('utf8'));
}

export async function reportFrom(
  means: Means,
  versionId: string,
  kind: 'scan-report' | 'release-report',
): Promise<ScanReport> {
  return (await documentOf(means, versionId, kind)) as ScanReport;
}

export async function factsFrom(means: Means, versionId: string): Promise<ModelFacts> {
  return (await documentOf(means, versionId, 'facts')) as ModelFacts;
}
