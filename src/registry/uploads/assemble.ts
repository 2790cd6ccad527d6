import type { BlobInfo, Blobs } from '../../store/blobs/blobs.ts';
import { BlobError } from '../../store/blobs/errors.ts';
import { unnameBlobs } from '../../store/blobs/name-blob.ts';
import { removeUnnamedBlobs } from '../../store/blobs/remove-unnamed.ts';
import type { ThreadStore } from '../../store/jobs/threads/remote-store.ts';
import { versionState } from '../../contract/types/registry.ts';
import { giveContent } from '../contents/give-content.ts';
import { requireRoomFor } from '../contents/room.ts';
import { RegistryError } from '../errors.ts';
import { bytesOfPart, countParts } from './parts-of.ts';

interface Means {
  readonly store: ThreadStore;
  readonly blobs: Blobs;
}

interface Assembly {
  readonly versionId: string;
  readonly signal: AbortSignal;
  /** Told how many bytes more were read. */
  readonly onBytes: (bytes: number) => void;
}

/** Every state but that of a version that was given up. */
const notGivenUp = versionState.options.filter((state) => state !== 'abandoned');

interface UploadedFile {
  readonly path: string;
  readonly bytes: number;
  readonly declared: string | null;
  readonly parts: readonly BlobInfo[];
}

/**
 * Makes whole contents of the parts of a version, and checks them against the digests that were declared. What is whole is left alone, so it
 * may run again after anything.
 * @throws RegistryError `version-unknown`, `upload-incomplete`, `part-wrong`, `no-room`, `blobs-unavailable`
 */
export async function assembleUploads(means: Means, assembly: Assembly): Promise<void> {
  const { store } = means;
  const partBytes = await partBytesOf(store, assembly.versionId);
  const files = await store.read
    .selectFrom('registry_files')
    .select(['path', 'bytes', 'declared_digest'])
    .where('version_id', '=', assembly.versionId)
    .where('side', '=', 'source')
    .where('digest', 'is', null)
    .orderBy('path')
    .execute();
  for (const { path, bytes, declared_digest: declared } of files) {
    assembly.signal.throwIfAborted();
    const parts = await partsOf(store, assembly.versionId, { path, bytes, partBytes });
    await assembleFile(means, assembly, { path, bytes, declared, parts });
    await dropParts(means, assembly.versionId, path);
  }
  // Of files that became whole in an attempt that ended before this.
  await dropParts(means, assembly.versionId);
}

async function partBytesOf({ read }: ThreadStore, versionId: string): Promise<number> {
  const row = await read
    .selectFrom('registry_versions')
    .select('part_bytes')
    .where('id', '=', versionId)
    .executeTakeFirst();
  if (row === undefined) throw RegistryError.of('version-unknown', versionId);
  // What is fetched has no parts: a file of it that has no content yet is missing, whatever its size.
  return row.part_bytes ?? Number.MAX_SAFE_INTEGER;
}

async function partsOf(
  { read }: ThreadStore,
  versionId: string,
  { path, ...cut }: { readonly path: string; readonly bytes: number; readonly partBytes: number },
): Promise<readonly BlobInfo[]> {
  const rows = await read
    .selectFrom('registry_parts')
    .select(['part', 'digest', 'bytes'])
    .where('version_id', '=', versionId)
    .where('path', '=', path)
    .orderBy('part')
    .execute();
  const isWhole =
    rows.length === countParts(cut) &&
    rows.every(({ part, bytes }, index) => part === index && bytes === bytesOfPart(cut, part));
  if (!isWhole) throw RegistryError.of('upload-incomplete', path);
  return rows;
}

async function assembleFile(means: Means, { versionId, signal, onBytes }: Assembly, file: UploadedFile): Promise<void> {
  const { store, blobs } = means;
  if (file.parts.length === 1) onBytes(file.bytes);
  const whole = await wholeOf(blobs, file, joined(blobs, file.parts, { signal, onBytes }));
  const given = { versionId, path: file.path, content: whole, states: notGivenUp };
  const isKept = await giveContent({ store, blobs, clock: Date.now }, given);
  if (!isKept) throw RegistryError.of('blobs-unavailable', file.path);
}

/** The parts of a file that is whole, or of all files. */
async function dropParts({ store, blobs }: Means, versionId: string, path?: string): Promise<void> {
  const { value: digests } = await store.change(async (change) => {
    const all = change.sql.deleteFrom('registry_parts').where('version_id', '=', versionId);
    const dropped = await (path === undefined ? all : all.where('path', '=', path)).returning('digest').execute();
    const unnamed = dropped.map(({ digest }) => digest);
    await unnameBlobs(change, unnamed, Date.now());
    return unnamed;
  });
  await removeUnnamedBlobs({ store, blobs, clock: Date.now }, digests);
}

/** The only part of a file is its content; several become one. */
async function wholeOf(
  blobs: Blobs,
  { path, bytes, declared, parts }: UploadedFile,
  content: AsyncIterable<Uint8Array>,
): Promise<BlobInfo> {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    if (declared !== null && only.digest !== declared) throw undeclared(path);
    return { digest: only.digest, bytes };
  }
  await requireRoomFor({ blobs }, bytes);
  try {
    return await blobs.put(content, { maxBytes: bytes, ...(declared === null ? {} : { expected: declared }) });
  } catch (error) {
    throw error instanceof BlobError && error.code === 'digest-mismatch' ? undeclared(path, error) : error;
  }
}

const undeclared = (path: string, cause?: unknown): RegistryError =>
  RegistryError.of('part-wrong', `${path} does not have the digest that it was declared with`, cause);

async function* joined(
  blobs: Blobs,
  parts: readonly BlobInfo[],
  { signal, onBytes }: Pick<Assembly, 'signal' | 'onBytes'>,
): AsyncGenerator<Uint8Array, void> {
  for (const { digest } of parts) {
    for await (const chunk of blobs.read(digest)) {
      signal.throwIfAborted();
      onBytes(chunk.byteLength);
      yield chunk;
    }
  }
}
