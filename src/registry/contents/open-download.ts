import type { PrincipalRef } from '../../contract/types/common.ts';
import type { VersionState } from '../../contract/types/registry.ts';
import type { Registry } from '../registry.ts';
import { RegistryError } from '../errors.ts';
import { findFile, type StoredContent, type WrappedKey } from './find-content.ts';
import { type OpenedContent, openStored } from './open-content.ts';
import type { ByteRange } from './range.ts';
import { notReleased } from './running-downloads.ts';

interface FileOfVersion {
  readonly versionId: string;
  readonly path: string;
}

interface DownloadRequest extends FileOfVersion {
  readonly principal: PrincipalRef;
  /** Aborted when he goes away. */
  readonly signal: AbortSignal;
}

export interface OpenedDownload extends OpenedContent {
  /** Aborted when the version is recalled or the caller goes away: whoever passes the bytes on stops then, also while nobody takes them. */
  readonly signal: AbortSignal;
}

type Means = Pick<Registry, 'store' | 'blobs' | 'contents'>;

/**
 * Opens a file of a released version for somebody who may have it. What he reads is written down, and ends when the version is recalled.
 * @throws RegistryError `recalled`, `not-downloadable`, `version-unknown`, `file-unknown`, `keys-unavailable`, `content-damaged`.
 */
export async function openDownload(registry: Means, request: DownloadRequest): Promise<OpenedDownload> {
  const { versionId, principal } = request;
  const knownAtMs = performance.now();
  const opened = await openStored(registry, await findReleased(registry, request));
  const { tally, running } = registry.contents;
  const ending = new AbortController();
  const signal = AbortSignal.any([request.signal, ending.signal]);
  const read = (range: ByteRange = { start: 0, end: opened.bytes }): AsyncIterable<Uint8Array> => {
    const pieces = counted(opened.read(isWhole(range, opened.bytes) ? undefined : range), (files, bytes) =>
      tally.note({ versionId, principal }, { files: range.start === 0 ? files : 0, bytes }),
    );
    return running.guard(pieces, { versionId, ending, signal, knownAtMs, bytes: range.end - range.start });
  };
  return { ...opened, signal, read };
}

/** What `openDownload` would open, without its content. @throws as it, but for keys and contents. */
export async function statDownload(
  registry: Pick<Registry, 'store'>,
  file: FileOfVersion,
): Promise<Omit<OpenedContent, 'read'>> {
  const { path, digest, bytes } = await findReleased(registry, file);
  return { path, digest, bytes };
}

type FoundContent = StoredContent & { readonly state: VersionState; readonly key: WrappedKey | null };

async function findReleased(
  { store }: Pick<Registry, 'store'>,
  { versionId, path }: FileOfVersion,
): Promise<FoundContent> {
  const found = await findFile(store.read, { versionId, side: 'release', path }).catch(async (error: unknown) => {
    // Before its release a version has no such files: then that is what to say.
    await checkReleased(store, versionId);
    throw error;
  });
  if (found.state !== 'released') throw notReleased(found.state);
  return found;
}

async function checkReleased({ read }: Registry['store'], versionId: string): Promise<void> {
  const version = await read
    .selectFrom('registry_versions')
    .select('state')
    .where('id', '=', versionId)
    .executeTakeFirst();
  if (version === undefined) throw RegistryError.of('version-unknown', versionId);
  if (version.state !== 'released') throw notReleased(version.state);
}

const isWhole = ({ start, end }: ByteRange, bytes: number): boolean => start === 0 && end === bytes;

/** A file counts once its first byte is sent, the bytes when they are. */
async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  note: (files: number, bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  note(1, 0);
  try {
    for await (const piece of pieces) {
      sent += piece.length;
      yield piece;
    }
  } finally {
    note(0, sent);
  }
}
