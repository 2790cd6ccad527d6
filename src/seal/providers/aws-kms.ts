import { Readable } from 'node:stream';
import type { KMSClient, KMSClientConfig } from '@aws-sdk/client-kms';
import { SealError } from '../errors.ts';
import { boundedFetch } from './bounded-fetch.ts';
import type { KeyProvider, WrapContext, Wrapped } from './key-provider.ts';

export interface AwsKmsOptions {
  /** ARN of a key or alias, key id, or `alias/NAME`. */
  readonly keyName: string;
  /** Of the key; by default that of its ARN, else what the SDK finds. */
  readonly region?: string | undefined;
  /** Instead of the service of the region: a VPC endpoint, or a stand-in. */
  readonly endpoint?: string | undefined;
  readonly allowsPlainHttp?: boolean | undefined;
}

type Sdk = typeof import('@aws-sdk/client-kms');
/** What of the SDK's own request and response types is used. */
interface RelayRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

interface RelayResponse {
  readonly response: { readonly statusCode: number; readonly headers: object; readonly body: Readable };
}

const PROVIDER = 'AWS KMS';
const ARN = /^arn:(aws[a-z-]*):kms:([a-z0-9-]{1,32}):(\d{12}):(key|alias)\/([\w/-]{1,256})$/;
/** Prefix of the keys of the encryption context, which key policies and CloudTrail see. */
const CONTEXT_PREFIX = 'vouchsafe';

/**
 * Wraps with a symmetric key of AWS KMS through the AWS SDK, which knows every way to come by credentials. The SDK is
 * not installed with Vouchsafe, and only loaded here. Requests go through `boundedFetch`.
 */
export class AwsKmsProvider implements KeyProvider {
  readonly id = 'aws-kms';
  readonly #options: AwsKmsOptions;
  #opened: Promise<{ sdk: Sdk; client: KMSClient }> | undefined;

  /** @throws SealError `provider-unconfigured` when the name of the key is none. */
  constructor(options: AwsKmsOptions) {
    if (
      !/^[\w:/-]{1,2048}$/.test(options.keyName) ||
      (options.keyName.startsWith('arn:') && !ARN.test(options.keyName))
    ) {
      throw unconfigured('the name of the key is no ARN of KMS, key id or alias/NAME');
    }
    this.#options = options;
  }

  async wrap(fileKey: Buffer, context: WrapContext): Promise<Wrapped> {
    const { sdk, client } = await this.#open();
    const input = { KeyId: this.#options.keyName, Plaintext: fileKey, EncryptionContext: encryptionContext(context) };
    const answer = await ask('Encrypt', () => client.send(new sdk.EncryptCommand(input)));
    if (answer.CiphertextBlob === undefined || answer.KeyId === undefined) throw failed('it returned no ciphertext');
    return { keyName: answer.KeyId, ciphertext: Buffer.from(answer.CiphertextBlob) };
  }

  /** The service itself refuses what another key than the configured one wrapped. */
  async unwrap({ keyName, ciphertext }: Wrapped, context: WrapContext): Promise<Buffer | null> {
    if (!this.#mayBe(keyName)) return null;
    const { sdk, client } = await this.#open();
    const input = {
      KeyId: this.#options.keyName,
      CiphertextBlob: ciphertext,
      EncryptionContext: encryptionContext(context),
    };
    const answer = await ask('Decrypt', () => client.send(new sdk.DecryptCommand(input)));
    if (answer.Plaintext === undefined) throw failed('it returned no plaintext');
    const fileKey = Buffer.from(answer.Plaintext);
    answer.Plaintext.fill(0);
    return fileKey;
  }

  /** False when the ARN of a key is configured and the file names another; an alias can only be asked about. */
  #mayBe(keyName: string): boolean {
    const configured = ARN.exec(this.#options.keyName);
    return configured?.[4] !== 'key' || configured[0] === keyName;
  }

  #open(): Promise<{ sdk: Sdk; client: KMSClient }> {
    this.#opened ??= this.#load();
    return this.#opened;
  }

  async #load(): Promise<{ sdk: Sdk; client: KMSClient }> {
    const { keyName, region = ARN.exec(keyName)?.[2], endpoint, allowsPlainHttp } = this.#options;
    const sdk = await loadSdk();
    const config: KMSClientConfig = {
      maxAttempts: 3,
      requestHandler: { handle: (request: RelayRequest) => relay(request, allowsPlainHttp ?? false) } as NonNullable<
        KMSClientConfig['requestHandler']
      >,
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
    };
    return { sdk, client: new sdk.KMSClient(config) };
  }
}

async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-kms');
  } catch (error) {
    throw unconfigured('the package @aws-sdk/client-kms is not installed; npm install @aws-sdk/client-kms', error);
  }
}

async function relay(request: RelayRequest, allowsPlainHttp: boolean): Promise<RelayResponse> {
  const { protocol, hostname, port, path, method, headers, body = '' } = request;
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
  // fetch sets these two itself, to the same values that were signed.
  const { host: _, 'content-length': __, ...kept } = headers;
  const answer = await boundedFetch({
    provider: PROVIDER,
    url,
    method,
    headers: kept,
    body,
    allowsPlainHttp,
  });
  return { response: { statusCode: answer.status, headers: answer.headers, body: Readable.from([answer.body]) } };
}

function encryptionContext({ purpose, artifact }: WrapContext): Record<string, string> {
  return { [`${CONTEXT_PREFIX}:purpose`]: purpose, [`${CONTEXT_PREFIX}:artifact`]: artifact };
}

/** Only names of errors are passed on: texts may quote what was sent. */
async function ask<Answer>(operation: string, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SealError) throw error;
    const name = error instanceof Error ? error.name : 'error';
    if (name === 'CredentialsProviderError') throw unconfigured('the SDK finds no credentials', error);
    const isRegion = error instanceof Error && error.message === 'Region is missing';
    if (isRegion) throw unconfigured('no region is set; give the ARN of the key, or AWS_REGION', error);
    throw failed(`${operation} was refused (${name})`, error);
  }
}

function unconfigured(detail: string, cause?: unknown): SealError {
  return SealError.of('provider-unconfigured', { provider: PROVIDER, detail }, cause);
}

function failed(detail: string, cause?: unknown): SealError {
  return SealError.of('provider-failed', { provider: PROVIDER, detail }, cause);
}
