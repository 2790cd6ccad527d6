import type { z } from 'zod';
import { severities } from '../../rules/rule.ts';
import type { comparison } from '../../contract/types/registry.ts';
import type { Store } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import type { VersionRow } from './move-version.ts';
import { type ReportedFinding, reportFindings } from './report-findings.ts';

export type Comparison = z.infer<typeof comparison>;
type FileChange = Comparison['files'][number];
type FindingChange = Comparison['findings'][number];

/** Files of a version that are read, and changes that are listed. */
const limits = { maxFiles: 10_000, maxListed: 2_000 } as const;

interface Compared {
  readonly versionId: string;
  /** Another version of the same model; the one that was released before where absent. */
  readonly withId?: string | undefined;
}

/** What is other in a version than in another one. @throws RegistryError `version-unknown`. */
export async function compareVersions(
  registry: Pick<Registry, 'store' | 'blobs'>,
  { versionId, withId }: Compared,
): Promise<Comparison> {
  const { read } = registry.store;
  const to = await findVersion(read, versionId);
  const from = withId === undefined ? await releasedBefore(read, to) : await findVersion(read, withId);
  if (from !== undefined && from.model_id !== to.model_id) throw RegistryError.of('version-unknown', from.id);
  const files = await compareFiles(read, from, to);
  const findings = compareFindings(
    from === undefined ? new Map() : await reportFindings(registry, from),
    await reportFindings(registry, to),
  );
  return {
    from: from === undefined ? null : { id: from.id, number: from.number },
    to: { id: to.id, number: to.number },
    files: files.changes.slice(0, limits.maxListed),
    unchangedFiles: files.unchanged,
    findings: findings.slice(0, limits.maxListed),
    isCut: files.changes.length > limits.maxListed || findings.length > limits.maxListed,
  };
}

async function findVersion(read: Store['read'], id: string): Promise<VersionRow> {
  const row = await read.selectFrom('registry_versions').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw RegistryError.of('version-unknown', id);
  return row;
}

/** One that was recalled since was released all the same: it is what people had before. */
async function releasedBefore(read: Store['read'], { model_id: modelId, number }: VersionRow) {
  return read
    .selectFrom('registry_versions')
    .selectAll()
    .where('model_id', '=', modelId)
    .where('number', '<', number)
    .where('released_at', 'is not', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
}

interface File {
  readonly path: string;
  readonly bytes: number;
  readonly digest: string | null;
}

/** Like with like: what is given out where both are, or were, given out; else what came. */
async function compareFiles(
  read: Store['read'],
  from: VersionRow | undefined,
  to: VersionRow,
): Promise<{ readonly changes: readonly FileChange[]; readonly unchanged: number }> {
  const bothReleased = to.released_at !== null && from?.released_at !== null;
  const side = bothReleased ? 'release' : 'source';
  const before = from === undefined ? new Map<string, File>() : await filesOf(read, from, side);
  const after = await filesOf(read, to, side);
  const changes: FileChange[] = [];
  let unchanged = 0;
  for (const [path, { bytes, digest }] of after) {
    const old = before.get(path);
    if (old === undefined) changes.push({ path, change: 'added', bytesBefore: null, bytesAfter: bytes });
    else if (digest !== null && old.digest === digest) unchanged += 1;
    else changes.push({ path, change: 'changed', bytesBefore: old.bytes, bytesAfter: bytes });
  }
  for (const [path, { bytes }] of before) {
    if (!after.has(path)) changes.push({ path, change: 'removed', bytesBefore: bytes, bytesAfter: null });
  }
  return { changes: changes.toSorted((a, b) => (a.path < b.path ? -1 : 1)), unchanged };
}

async function filesOf(
  read: Store['read'],
  { id }: VersionRow,
  side: 'source' | 'release',
): Promise<ReadonlyMap<string, File>> {
  const rows = await read
    .selectFrom('registry_files')
    .select(['path', 'bytes', 'digest'])
    .where('version_id', '=', id)
    .where('side', '=', side)
    .orderBy('path')
    .limit(limits.maxFiles)
    .execute();
  return new Map(rows.map((row) => [row.path, row]));
}

type Findings = ReadonlyMap<string, ReportedFinding>;

/** New ones first, the worst first. */
function compareFindings(before: Findings, after: Findings): readonly FindingChange[] {
  const onlyIn = (some: Findings, others: Findings, change: FindingChange['change']): FindingChange[] =>
    [...some].filter(([key]) => !others.has(key)).map(([, found]) => ({ change, ...found }));
  const worstFirst = (changes: FindingChange[]): FindingChange[] =>
    changes.toSorted((a, b) => rank(a.severity) - rank(b.severity) || (a.path < b.path ? -1 : 1));
  return [...worstFirst(onlyIn(after, before, 'new')), ...worstFirst(onlyIn(before, after, 'gone'))];
}

function rank(severity: string): number {
  const at = (severities as readonly string[]).indexOf(severity);
  return at === -1 ? severities.length : at;
}
