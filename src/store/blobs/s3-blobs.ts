import { randomBytes } from 'node:crypto';
import type { BlobInfo, BlobRange, Blobs, PutOptions, StoredBlob } from './blobs.ts';
import type { S3Config } from './config.ts';
import { ContentMeter, checkRange, hexOf, verified } from './digest.ts';
import { BlobError } from './errors.ts';
import { partsOf, type ContentPart } from './parts.ts';
import { ask, isMissing, openS3, type OpenedS3 } from './s3-client.ts';
import { sweepS3 } from './s3-sweep.ts';
import { listS3 } from './s3-list.ts';
import { S3Upload, partBytesFor } from './s3-upload.ts';

const GiB = 1024 ** 3;
/** What one request may copy; Amazon allows 5 GiB. */
const MAX_COPY_BYTES = 4 * GiB;
/** Of one read, without a byte in between. */
const MAX_READ_FAILURES = 3;

interface Large {
  readonly parts: AsyncGenerator<ContentPart, void>;
  readonly first: Buffer;
  readonly meter: ContentMeter;
}

/**
 * Blobs as objects `sha256/<hex>` of a bucket. An object appears whole or not at all, and only after its digest was found to be right:
 * content that fits into one part is hashed in memory; longer content whose digest is known is uploaded to its key, and the upload is
 * completed or aborted at its end; other content is uploaded beside and copied within the store.
 */
export class S3Blobs implements Blobs {
  readonly column = 's3';
  readonly #s3: OpenedS3;
  readonly #config: S3Config;

  private constructor(s3: OpenedS3, config: S3Config) {
    this.#s3 = s3;
    this.#config = config;
  }

  /** @throws BlobError `blobs-unconfigured` */
  static async open(config: S3Config): Promise<S3Blobs> {
    return new S3Blobs(await openS3(config), config);
  }

  async put(content: AsyncIterable<Uint8Array>, options: PutOptions): Promise<BlobInfo> {
    const meter = new ContentMeter(options);
    const parts = partsOf(content, meter, partBytesFor(options.maxBytes));
    try {
      const first = await parts.next();
      if (first.done === true) throw new Error('unreachable: there is always a part');
      if (first.value.isLast) return await this.#putSmall(first.value.body, meter);
      const large = { parts, first: first.value.body, meter };
      return await (options.expected === undefined
        ? this.#putBeside(large)
        : this.#putExpected(large, options.expected));
    } finally {
      await parts.return();
    }
  }

  async stat(digest: string): Promise<BlobInfo | undefined> {
    const command = new this.#s3.sdk.HeadObjectCommand({ Bucket: this.#config.bucket, Key: this.#keyOf(digest) });
    return ask('look up a blob', async () => {
      try {
        const { ContentLength = 0 } = await this.#s3.client.send(command);
        return { digest, bytes: ContentLength };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async *read(digest: string, range?: BlobRange): AsyncIterable<Uint8Array> {
    const info = await this.stat(digest);
    if (info === undefined) throw BlobError.of('blob-missing', { digest });
    if (range === undefined) {
      yield* verified(this.#bytes(digest, { start: 0, end: info.bytes }), info);
      return;
    }
    checkRange(range, info.bytes);
    yield* this.#bytes(digest, range);
  }

  async remove(digest: string): Promise<void> {
    await this.#delete(this.#keyOf(digest));
  }

  list(): AsyncIterable<StoredBlob> {
    const { bucket, prefix } = this.#config;
    return listS3(this.#s3, { bucket, prefix: `${prefix}sha256/` });
  }

  sweep(idleMs: number): Promise<number> {
    const { bucket, prefix } = this.#config;
    return sweepS3(this.#s3, { bucket, prefix, incoming: `${prefix}incoming/` }, Date.now() - idleMs);
  }

  async probe(): Promise<void> {
    const key = this.#incomingKey();
    await this.#putObject(key, Buffer.from('probe'));
    await this.#delete(key);
  }

  close(): Promise<void> {
    this.#s3.client.destroy();
    return Promise.resolve();
  }

  #keyOf(digest: string): string {
    return `${this.#config.prefix}sha256/${hexOf(digest)}`;
  }

  #incomingKey(): string {
    return `${this.#config.prefix}incoming/${randomBytes(16).toString('hex')}`;
  }

  async #putSmall(body: Buffer, meter: ContentMeter): Promise<BlobInfo> {
    const info = meter.end();
    await this.#putObject(this.#keyOf(info.digest), body);
    return info;
  }

  async #putExpected(large: Large, expected: string): Promise<BlobInfo> {
    // Whoever names a digest still has to show the content, but it need not travel again.
    if ((await this.stat(expected)) !== undefined) return measureOnly(large);
    return this.#upload(this.#keyOf(expected), large);
  }

  async #putBeside(large: Large): Promise<BlobInfo> {
    const beside = this.#incomingKey();
    const info = await this.#upload(beside, large);
    try {
      if ((await this.stat(info.digest)) === undefined) await this.#copy(beside, info);
    } finally {
      // Swept later where this fails.
      await this.#delete(beside).catch(() => undefined);
    }
    return info;
  }

  async #upload(key: string, { parts, first, meter }: Large): Promise<BlobInfo> {
    const upload = await S3Upload.begin(this.#s3, { bucket: this.#config.bucket, key });
    try {
      await upload.send(first);
      for await (const { body } of parts) await upload.send(body);
      const info = meter.end();
      await upload.complete();
      return info;
    } catch (error) {
      await upload.abort();
      throw error;
    }
  }

  async #copy(from: string, { digest, bytes }: BlobInfo): Promise<void> {
    const { bucket } = this.#config;
    const source = `${bucket}/${from}`;
    const key = this.#keyOf(digest);
    if (bytes <= MAX_COPY_BYTES) {
      const command = new this.#s3.sdk.CopyObjectCommand({ Bucket: bucket, Key: key, CopySource: source });
      await ask('copy a blob', () => this.#s3.client.send(command));
      return;
    }
    const upload = await S3Upload.begin(this.#s3, { bucket, key });
    try {
      for (let start = 0; start < bytes; start += MAX_COPY_BYTES) {
        await upload.copy(source, start, Math.min(start + MAX_COPY_BYTES, bytes));
      }
      await upload.complete();
    } catch (error) {
      await upload.abort();
      throw error;
    }
  }

  /** A connection that breaks is taken up where it broke. */
  async *#bytes(digest: string, { start, end }: BlobRange): AsyncIterable<Uint8Array> {
    let offset = start;
    let failures = 0;
    while (offset < end) {
      try {
        for await (const chunk of await this.#get(digest, { start: offset, end })) {
          offset += chunk.byteLength;
          failures = 0;
          yield chunk;
        }
        if (offset < end)
          throw BlobError.of('blobs-unavailable', { operation: 'send a blob', reason: 'it ended early' });
      } catch (error) {
        failures += 1;
        if (failures >= MAX_READ_FAILURES) await ask('send a blob', () => Promise.reject(error));
      }
    }
  }

  async #get(digest: string, { start, end }: BlobRange): Promise<AsyncIterable<Uint8Array>> {
    const { bucket } = this.#config;
    const Range = `bytes=${start}-${end - 1}`;
    const command = new this.#s3.sdk.GetObjectCommand({ Bucket: bucket, Key: this.#keyOf(digest), Range });
    const { Body, ContentRange } = await this.#s3.client.send(command);
    // In Node a stream of buffers.
    const body = Body as unknown as AsyncIterable<Uint8Array>;
    // A store that does not know ranges sends everything.
    const first = Number(/^bytes (\d+)-/.exec(ContentRange ?? 'bytes 0-')?.[1]);
    return cutOut(body, { start: start - first, end: end - first });
  }

  async #putObject(key: string, body: Buffer): Promise<void> {
    const command = new this.#s3.sdk.PutObjectCommand({ Bucket: this.#config.bucket, Key: key, Body: body });
    await ask('store a blob', () => this.#s3.client.send(command));
  }

  async #delete(key: string): Promise<void> {
    const command = new this.#s3.sdk.DeleteObjectCommand({ Bucket: this.#config.bucket, Key: key });
    await ask('remove a blob', () => this.#s3.client.send(command));
  }
}

/** Bytes `start` to before `end` of what is sent; ends there, whatever follows. */
async function* cutOut(content: AsyncIterable<Uint8Array>, { start, end }: BlobRange): AsyncIterable<Uint8Array> {
  let position = 0;
  for await (const chunk of content) {
    const wanted = chunk.subarray(Math.max(0, start - position), Math.max(0, end - position));
    position += chunk.byteLength;
    if (wanted.byteLength > 0) yield wanted;
    if (position >= end) return;
  }
}

async function measureOnly({ parts, meter }: Large): Promise<BlobInfo> {
  for await (const _ of parts);
  return meter.end();
}
