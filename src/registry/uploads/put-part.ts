import type { Readable } from 'node:stream';
import type { BlobInfo } from '../../store/blobs/blobs.ts';
import { BlobError } from '../../store/blobs/errors.ts';
import { nameBlob, unnameBlobs } from '../../store/blobs/name-blob.ts';
import type { Change, Store } from '../../store/store.ts';
import { requireRoomFor } from '../contents/room.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { exactContent } from './exact-content.ts';
import { findUpload } from './find-upload.ts';
import { bytesOfPart, countParts } from './parts-of.ts';

type Means = Pick<Registry, 'store' | 'blobs' | 'clock'>;

interface Place {
  readonly versionId: string;
  readonly path: string;
  readonly part: number;
}

interface Part extends Place {
  /** What it must have, where the sender says so. */
  readonly digest?: string | undefined;
  readonly content: Readable;
}

/**
 * Stores one part of a file. It is hashed while it arrives; one that is cut off, too long or other than announced leaves nothing. The same
 * part again replaces the one before. A part has no entry in the ledger: the version does, when it begins and when it is whole.
 * @throws RegistryError `version-unknown`, `version-state`, `file-unknown`, `part-wrong`, `no-room`, `blobs-full`, `blobs-unavailable`
 */
export async function putPart({ store, blobs, clock }: Means, part: Part): Promise<BlobInfo> {
  // It may be cut off before it is read: reading tells of it then.
  part.content.on('error', () => undefined);
  const { bytes, expected } = await expectedOf(store, part);
  try {
    await requireRoomFor({ blobs }, bytes);
    const content = exactContent(part.content, bytes);
    const info = await blobs.put(content, { maxBytes: bytes, ...(expected === undefined ? {} : { expected }) });
    const atMs = clock();
    await store.change((change) => writePart(change, store.dialect, { ...part, info, atMs }));
    // Something may have removed it just before it was named.
    if ((await blobs.stat(info.digest)) === undefined) throw await forgetPart(store, part, info.digest);
    return info;
  } catch (error) {
    throw asRegistryError(error);
  }
}

/** How large the part must be, and which digest it must have, where that is known. */
async function expectedOf(
  { read }: Store,
  { versionId, path, part, digest }: Part,
): Promise<{ readonly bytes: number; readonly expected: string | undefined }> {
  const { part_bytes: partBytes } = await findUpload(read, versionId);
  const file = await read
    .selectFrom('registry_files')
    .select(['bytes', 'digest', 'declared_digest'])
    .where('version_id', '=', versionId)
    .where('side', '=', 'source')
    .where('path', '=', path)
    .executeTakeFirst();
  if (file === undefined) throw RegistryError.of('file-unknown', path);
  if (file.digest !== null) throw RegistryError.of('part-wrong', 'nothing of this file has to be sent');
  const cut = { bytes: file.bytes, partBytes };
  const bytes = bytesOfPart(cut, part);
  if (bytes === undefined) throw RegistryError.of('part-wrong', `the file has ${countParts(cut)} parts`);
  const whole = countParts(cut) === 1 ? (file.declared_digest ?? undefined) : undefined;
  if (whole !== undefined && digest !== undefined && whole !== digest) {
    throw RegistryError.of('part-wrong', 'its digest is not the one that the file was declared with');
  }
  return { bytes, expected: digest ?? whole };
}

async function writePart(
  change: Change,
  dialect: Store['dialect'],
  { versionId, path, part, info, atMs }: Place & { readonly info: BlobInfo; readonly atMs: number },
): Promise<void> {
  await holdUpload(change, dialect, versionId);
  await nameBlob(change, info.digest, atMs);
  const replaced = await change.sql
    .selectFrom('registry_parts')
    .select('digest')
    .where('version_id', '=', versionId)
    .where('path', '=', path)
    .where('part', '=', part)
    .where('digest', '!=', info.digest)
    .executeTakeFirst();
  const values = { digest: info.digest, bytes: info.bytes, stored_at: atMs };
  await change.sql
    .insertInto('registry_parts')
    .values({ version_id: versionId, path, part, ...values })
    .onConflict((conflict) => conflict.columns(['version_id', 'path', 'part']).doUpdateSet(values))
    .execute();
  if (replaced !== undefined) await unnameBlobs(change, [replaced.digest], atMs);
}

/** It may have been submitted or given up while the part arrived; while this change runs it cannot. */
async function holdUpload({ sql }: Change, dialect: Store['dialect'], versionId: string): Promise<void> {
  const query = sql.selectFrom('registry_versions').select('state').where('id', '=', versionId);
  const row = await (dialect === 'postgres' ? query.forShare() : query).executeTakeFirst();
  if (row?.state !== 'uploading') throw RegistryError.of('version-state', 'it is no longer uploading');
}

async function forgetPart(store: Store, { versionId, path, part }: Place, digest: string): Promise<RegistryError> {
  await store.change(async ({ sql }) => {
    await sql
      .deleteFrom('registry_parts')
      .where('version_id', '=', versionId)
      .where('path', '=', path)
      .where('part', '=', part)
      .where('digest', '=', digest)
      .execute();
  });
  return RegistryError.of('blobs-unavailable');
}

/** What the store of blobs says is about the part that was sent, or about the store. */
function asRegistryError(error: unknown): unknown {
  if (!(error instanceof BlobError)) return error;
  if (error.code === 'digest-mismatch') return RegistryError.of('part-wrong', 'it has another digest', error);
  if (error.code === 'blobs-full') return RegistryError.of('blobs-full', '', error);
  if (error.code === 'blobs-unavailable') return RegistryError.of('blobs-unavailable', '', error);
  return error;
}
