import type { PrincipalRef } from '../../src/contract/types/common.ts';
import type { VersionSource, VersionState } from '../../src/contract/types/registry.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { declareVersion } from '../../src/registry/versions/declare-version.ts';
import { moveVersion } from '../../src/registry/versions/move-version.ts';

export interface WantedVersion {
  readonly modelId: string;
  readonly by: PrincipalRef | null;
  readonly atMs: number;
  readonly files?: readonly string[];
  /** Of the release side; those of the source side where absent. */
  readonly released?: readonly string[];
  readonly source?: VersionSource;
  readonly state?: VersionState;
}

const waysTo: Readonly<Record<string, readonly VersionState[]>> = {
  examining: ['examining'],
  review: ['examining', 'review'],
  denied: ['examining', 'denied'],
  released: ['examining', 'releasing', 'released'],
  recalled: ['examining', 'releasing', 'released', 'recalled'],
};

/** A version in any state, as the pipeline would have left it. The digest of a file is that of its name. */
export async function putVersion(registry: Registry, wanted: WantedVersion): Promise<string> {
  const { modelId, by, atMs, files = ['config.json'], source = { kind: 'upload' }, state = 'released' } = wanted;
  const { value: id } = await registry.store.change((change) =>
    declareVersion(change, registry, {
      modelId,
      files: files.map((path) => ({ path, bytes: path.length })),
      message: 'a version',
      source,
      by,
      atMs,
    }),
  );
  await registry.store.change(async ({ sql }) => {
    await sql.updateTable('registry_files').set({ digest: 'sha256:source' }).where('version_id', '=', id).execute();
  });
  for (const to of waysTo[state] ?? []) {
    if (to === 'released') await putReleaseFiles(registry, id, wanted.released ?? files);
    const set = to === 'released' ? { released_at: atMs, revision: 'ab'.repeat(20), root_digest: 'cd'.repeat(32) } : {};
    await registry.store.change((change) => moveVersion(change, registry.bus, { versionId: id, to, set, by, atMs }));
  }
  return id;
}

async function putReleaseFiles({ store }: Registry, versionId: string, paths: readonly string[]): Promise<void> {
  const rows = paths.map((path) => {
    const [name = '', content = ''] = path.split('#');
    return { version_id: versionId, side: 'release' as const, path: name, bytes: path.length, digest: `of ${content}` };
  });
  await store.change(({ sql }) => sql.insertInto('registry_files').values(rows).execute());
}
