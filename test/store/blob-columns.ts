import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import type { Blobs } from '../../src/store/blobs/blobs.ts';
import { openBlobs } from '../../src/store/blobs/open-blobs.ts';
import { blobsConfig, type BlobsConfig } from '../../src/store/blobs/config.ts';
import { S3StandIn } from '../build/s3-stand-in.ts';

export interface OpenedColumn {
  readonly blobs: Blobs;
  readonly config: BlobsConfig;
  readonly close: () => Promise<void>;
}

/** Each place the same suite runs against. */
export const blobColumns: Readonly<Record<string, () => Promise<OpenedColumn>>> = {
  'a folder': async () => {
    const path = await mkdtemp(join(tmpdir(), 'blobs-'));
    return opened({ folder: { path } }, () => rm(path, { recursive: true }));
  },
  s3rver: async () => {
    const directory = await mkdtemp(join(tmpdir(), 's3rver-'));
    const configureBuckets = [{ name: 'blobs' }];
    const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets });
    const { port } = await server.run();
    const keys = { bucket: 'blobs', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
    return openedS3(`http://127.0.0.1:${port}`, keys, async () => {
      await server.close();
      await rm(directory, { recursive: true });
    });
  },
  'a strict S3 stand-in': async () => {
    const server = new S3StandIn();
    return openedS3(await server.start(), server, () => server.stop());
  },
};

interface Keys {
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Opens a bucket as a configuration file names it, the secret key in a file. */
export async function openedS3(endpoint: string, keys: Keys, close: () => Promise<void>): Promise<OpenedColumn> {
  const folder = await mkdtemp(join(tmpdir(), 's3-key-'));
  const secretAccessKeyFile = join(folder, 'secret');
  await writeFile(secretAccessKeyFile, `${keys.secretAccessKey}\n`, { mode: 0o600 });
  const { bucket, accessKeyId } = keys;
  const s3 = { bucket, prefix: 'here/', endpoint, pathStyle: true, accessKeyId, secretAccessKeyFile };
  return opened(blobsConfig.parse({ s3 }), async () => {
    await rm(folder, { recursive: true });
    await close();
  });
}

async function opened(config: BlobsConfig, close: () => Promise<void>): Promise<OpenedColumn> {
  const blobs = await openBlobs(config);
  return {
    blobs,
    config,
    close: async () => {
      await blobs.close();
      await close();
    },
  };
}
