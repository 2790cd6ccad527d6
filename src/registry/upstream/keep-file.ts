import { BlobError } from '../../store/blobs/errors.ts';
import { unsettled } from '../../store/blobs/name-blob.ts';
import { giveContent } from '../contents/give-content.ts';
import { requireRoomFor } from '../contents/room.ts';
import type { Registry } from '../registry.ts';
import type { HubFile } from './hub-client.ts';
import { hubLied } from './hub-fault.ts';

interface Fetched {
  readonly versionId: string;
  readonly file: HubFile;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * Stores the content of a file, and gives it to its version in the same change: so nobody takes it for one that no model has.
 * @throws RegistryError `upstream-failed` where it is not what was listed, `version-state`, `no-room`; BlobError `blobs-unavailable`
 */
export async function keepFile(
  { store, blobs, clock }: Pick<Registry, 'store' | 'blobs' | 'clock'>,
  { versionId, file, pieces }: Fetched,
): Promise<void> {
  const { path, bytes, sha256 } = file;
  const expected = sha256 === null ? {} : { expected: `sha256:${sha256}` };
  await requireRoomFor({ blobs }, bytes);
  const info = await blobs.put(pieces, { maxBytes: bytes, ...expected }).catch((error: unknown) => {
    if (error instanceof BlobError && error.code === 'digest-mismatch') {
      throw hubLied(`${path} is not what its list of files says`, error);
    }
    throw error;
  });
  const isKept = await giveContent({ store, blobs, clock }, { versionId, path, content: info, states: ['uploading'] });
  if (!isKept) throw unsettled(info.digest);
}
