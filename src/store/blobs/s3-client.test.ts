import { expect, it, vi } from 'vitest';
import { blobsConfig } from './config.ts';
import { openBlobs } from './open-blobs.ts';

vi.mock('@aws-sdk/client-s3', () => {
  throw new Error('Cannot find package');
});

it('says which package to install where the SDK is missing', async () => {
  await expect(openBlobs(blobsConfig.parse({ s3: { bucket: 'blobs' } }))).rejects.toMatchObject({
    code: 'blobs-unconfigured',
    message: /npm install @aws-sdk\/client-s3/,
  });
});
