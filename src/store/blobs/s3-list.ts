import type { StoredBlob } from './blobs.ts';
import { ask, type OpenedS3 } from './s3-client.ts';

const HEX = /^[0-9a-f]{64}$/;

/** The blobs whose keys are this prefix and a digest, page by page. @throws BlobError `blobs-unavailable` */
export async function* listS3(
  { client, sdk }: OpenedS3,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): AsyncGenerator<StoredBlob> {
  for (let after: string | undefined; ; ) {
    const input = { Bucket: bucket, Prefix: prefix, ...(after === undefined ? {} : { ContinuationToken: after }) };
    const page = await ask('list blobs', () => client.send(new sdk.ListObjectsV2Command(input)));
    for (const { Key = '', LastModified } of page.Contents ?? []) {
      const hex = Key.slice(prefix.length);
      if (HEX.test(hex) && LastModified !== undefined)
        yield { digest: `sha256:${hex}`, storedAtMs: LastModified.getTime() };
    }
    after = page.NextContinuationToken;
    if (page.IsTruncated !== true || after === undefined) return;
  }
}
