import { join } from 'node:path';
import type { BlobsConfig } from '../../store/blobs/config.ts';
import type { ServerConfig } from '../config/schema.ts';

/** Where blobs are: in the data folder unless the configuration says otherwise. */
export function blobsConfigOf({ blobs }: Pick<ServerConfig, 'blobs'>, folder: string): BlobsConfig {
  return blobs ?? { folder: { path: join(folder, 'blobs') } };
}
