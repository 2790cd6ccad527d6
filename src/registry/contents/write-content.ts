import type { BlobInfo } from '../../store/blobs/blobs.ts';
import { nameBlob } from '../../store/blobs/name-blob.ts';
import type { Change } from '../../store/store.ts';

/**
 * Writes down a content whose blob was put, plain. After the change the blob must be looked for: see `nameBlob`.
 * @throws BlobError `blobs-unavailable` while the same bytes are being removed
 */
export async function writeContent(change: Change, { digest, bytes }: BlobInfo, atMs: number): Promise<void> {
  await nameBlob(change, digest, atMs);
  await change.sql
    .insertInto('registry_contents')
    .values({ digest, bytes, is_plain: 1, created_at: atMs })
    .onConflict((conflict) => conflict.column('digest').doUpdateSet({ is_plain: 1 }))
    .execute();
}
