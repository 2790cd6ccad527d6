import type { Blobs } from './blobs.ts';
import type { BlobsConfig } from './config.ts';
import { FolderBlobs } from './folder-blobs.ts';

/** Opens the store of blobs that the configuration names. @throws BlobError `blobs-unconfigured`, `blobs-unsafe` */
export async function openBlobs(config: BlobsConfig): Promise<Blobs> {
  if ('folder' in config) return FolderBlobs.open(config.folder.path);
  const { S3Blobs } = await import('./s3-blobs.ts');
  return S3Blobs.open(config.s3);
}
