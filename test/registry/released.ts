import { createHash } from 'node:crypto';
import type { PrincipalRef } from '../../src/contract/types/common.ts';
import { storeContent } from '../../src/registry/contents/store-content.ts';
import { findModelByName } from '../../src/registry/models/find-model.ts';
import { makeModel } from '../../src/registry/models/make-model.ts';
import { packedColumns } from '../../src/registry/oci/pack-version.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { declareVersion } from '../../src/registry/versions/declare-version.ts';
import { moveVersion } from '../../src/registry/versions/move-version.ts';

export interface Releasing {
  readonly name: string;
  readonly projectId: string;
  readonly by: PrincipalRef;
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly message?: string;
  readonly stage?: 'development' | 'staging' | 'production';
  readonly tags?: readonly string[];
  readonly licence?: string;
  /** Where it stays instead of being released. */
  readonly stays?: 'review' | 'denied' | 'examining';
}

export interface MadeVersion {
  readonly modelId: string;
  readonly versionId: string;
  readonly revision: string;
}

/** A version of a model with these files, as the pipeline leaves it, its contents plain. */
export async function releaseVersion(registry: Registry, wanted: Releasing): Promise<MadeVersion> {
  const { store, bus, clock } = registry;
  const stored = await Promise.all(
    Object.entries(wanted.files).map(async ([path, content]) => {
      const bytes = Buffer.from(content);
      const kept = await storeContent(registry, one(bytes), { maxBytes: bytes.length });
      return { path, bytes: kept.bytes, digest: kept.digest };
    }),
  );
  const atMs = clock();
  const { value } = await store.change(async (change) => {
    const known = await findModelByName(change.sql, wanted.name);
    const { name, projectId, by, tags = [], licence = null } = wanted;
    const modelId =
      known?.id ?? (await makeModel(change, { name, projectId, description: '', tags: [...tags], licence, by, atMs }));
    const versionId = await declareVersion(change, registry, {
      modelId,
      files: stored,
      message: wanted.message ?? '',
      source: { kind: 'upload' },
      by,
      atMs,
    });
    await change.sql
      .insertInto('registry_files')
      .values(
        stored.map((file) => ({ version_id: versionId, side: 'release' as const, ...file, verdict: 'clean' as const })),
      )
      .execute();
    const move = { versionId, by, atMs };
    await moveVersion(change, bus, { ...move, to: 'examining' });
    if (wanted.stays !== undefined) {
      if (wanted.stays !== 'examining') await moveVersion(change, bus, { ...move, to: wanted.stays });
      return { modelId, versionId, revision: '' };
    }
    await moveVersion(change, bus, { ...move, to: 'releasing' });
    const revision = revisionOf(wanted.name, versionId, stored);
    const { number, created_at: createdAtMs } = await change.sql
      .selectFrom('registry_versions')
      .select(['number', 'created_at'])
      .where('id', '=', versionId)
      .executeTakeFirstOrThrow();
    const packed = packedColumns({ name: wanted.name, number, revision, createdAtMs, files: stored });
    const set = { revision, released_at: atMs, stage: wanted.stage ?? 'none', verdict: 'clean', ...packed } as const;
    await moveVersion(change, bus, { ...move, to: 'released', set });
    return { modelId, versionId, revision };
  });
  return value;
}

async function* one(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield bytes;
}

function revisionOf(...facts: readonly unknown[]): string {
  return createHash('sha1').update(JSON.stringify(facts)).digest('hex');
}
