import { z } from 'zod';

const folder = z.strictObject({
  path: z.string().min(1).describe('folder of the blobs; made where there is none'),
});

const s3 = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket'),
  prefix: z
    .string()
    .max(200)
    .regex(/^([\w.-]+\/)*$/, 'expected nothing, or names that each end with /')
    .default(''),
  region: z.string().max(60).default('us-east-1'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('of a store that is not Amazon’s'),
  pathStyle: z
    .boolean()
    .default(false)
    .describe('bucket in the path instead of the host name; most other stores want it'),
  accessKeyId: z.string().max(200).optional().describe('absent: what the AWS SDK finds in the environment'),
  secretAccessKeyFile: z.string().optional().describe('file that holds the secret key alone'),
});

/** The section `blobs` of the configuration. */
export const blobsConfig = z
  .union([z.strictObject({ folder }), z.strictObject({ s3 })])
  .describe('where contents are kept: in a folder, or in an S3-compatible store');

export type BlobsConfig = z.infer<typeof blobsConfig>;
export type S3Config = z.infer<typeof s3>;

/** The same with each path made absolute by `at`. */
export function withBlobPaths(config: BlobsConfig, at: (path: string) => string): BlobsConfig {
  if ('folder' in config) return { folder: { path: at(config.folder.path) } };
  const { secretAccessKeyFile } = config.s3;
  return secretAccessKeyFile === undefined
    ? config
    : { s3: { ...config.s3, secretAccessKeyFile: at(secretAccessKeyFile) } };
}
