import { expect, it } from 'vitest';
import { blobsConfig } from './config.ts';

it.each([
  {},
  { folder: { path: '' } },
  { folder: { path: 'a' }, s3: { bucket: 'blobs' } },
  { s3: { bucket: 'Not A Bucket' } },
  { s3: { bucket: 'blobs', prefix: '../x' } },
  { s3: { bucket: 'blobs', endpoint: 'ftp://example.org' } },
  { s3: { bucket: 'blobs', secretAccessKey: 'in the open' } },
])('refuses %j', (config) => {
  expect(blobsConfig.safeParse(config).success).toBe(false);
});
