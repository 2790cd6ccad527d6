import { readFile } from 'node:fs/promises';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Config } from './config.ts';
import { BlobError } from './errors.ts';

type S3Sdk = typeof import('@aws-sdk/client-s3');

export interface OpenedS3 {
  readonly sdk: S3Sdk;
  readonly client: S3Client;
}

const MAX_ATTEMPTS = 4;
const MAX_CONNECT_MS = 5000;
/** Without a byte in either direction. */
const MAX_SILENCE_MS = 30_000;

/**
 * A client of the AWS SDK, which knows every way to come by credentials. The SDK is not installed with Vouchsafe, and only loaded here.
 * @throws BlobError `blobs-unconfigured`
 */
export async function openS3(config: S3Config): Promise<OpenedS3> {
  const sdk = await loadSdk();
  const { region, endpoint, pathStyle } = config;
  const credentials = await credentialsOf(config);
  const options: S3ClientConfig = {
    region,
    forcePathStyle: pathStyle,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: MAX_CONNECT_MS, socketTimeout: MAX_SILENCE_MS },
    // Every body is signed with its SHA-256; further checksums are unknown to some stores.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  };
  return { sdk, client: new sdk.S3Client(options) };
}

async function loadSdk(): Promise<S3Sdk> {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (error) {
    const reason = 'the package @aws-sdk/client-s3 is not installed; npm install @aws-sdk/client-s3';
    throw BlobError.of('blobs-unconfigured', { reason }, error);
  }
}

async function credentialsOf(config: S3Config): Promise<{ accessKeyId: string; secretAccessKey: string } | undefined> {
  const { accessKeyId, secretAccessKeyFile } = config;
  if (accessKeyId === undefined && secretAccessKeyFile === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKeyFile === undefined) {
    throw BlobError.of('blobs-unconfigured', { reason: 'accessKeyId and secretAccessKeyFile belong together' });
  }
  try {
    return { accessKeyId, secretAccessKey: (await readFile(secretAccessKeyFile, 'utf8')).trim() };
  } catch (error) {
    throw BlobError.of('blobs-unconfigured', { reason: `cannot read ${secretAccessKeyFile}` }, error);
  }
}

/** Asks the store. Only names of errors are passed on: texts may quote what was sent. @throws BlobError `blobs-unavailable` */
export async function ask<T>(operation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BlobError) throw error;
    throw BlobError.of('blobs-unavailable', { operation, reason: nameOf(error) }, error);
  }
}

/** True for the answer that there is no such object. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NotFound', 'NoSuchKey'].includes(error.name);
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return code;
}
