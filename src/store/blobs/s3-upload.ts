import { ask, type OpenedS3 } from './s3-client.ts';

const MiB = 1024 * 1024;
/** At least 5 MiB, and all of one length, which some stores demand. */
const MIN_PART_BYTES = 8 * MiB;
const MAX_PARTS = 10_000;
/** Being sent while the next one fills; with it they are all the memory an upload takes. */
const MAX_PARTS_UNDER_WAY = 2;

/** How long the parts of an upload are, in bytes: as short as the number of parts allows. */
export function partBytesFor(maxBytes: number): number {
  return Math.max(MIN_PART_BYTES, Math.ceil(maxBytes / MAX_PARTS / MiB) * MiB);
}

interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
}

export interface UploadTarget {
  readonly bucket: string;
  readonly key: string;
}

/** A multipart upload. Nothing has its key until `complete`; what is never completed has to be aborted. */
export class S3Upload {
  readonly #s3: OpenedS3;
  readonly #input: { readonly Bucket: string; readonly Key: string; readonly UploadId: string };
  readonly #underWay = new Set<Promise<void>>();
  readonly #parts: Part[] = [];
  #started = 0;
  #failure: { readonly error: unknown } | undefined;

  private constructor(s3: OpenedS3, target: UploadTarget, uploadId: string) {
    this.#s3 = s3;
    this.#input = { Bucket: target.bucket, Key: target.key, UploadId: uploadId };
  }

  static async begin(s3: OpenedS3, target: UploadTarget): Promise<S3Upload> {
    const command = new s3.sdk.CreateMultipartUploadCommand({ Bucket: target.bucket, Key: target.key });
    const { UploadId = '' } = await ask('begin an upload', () => s3.client.send(command));
    return new S3Upload(s3, target, UploadId);
  }

  /** Sends a part; resolves when there is room for another. */
  async send(body: Uint8Array): Promise<void> {
    const { sdk, client } = this.#s3;
    await this.#begin(async (PartNumber) => {
      const command = new sdk.UploadPartCommand({ ...this.#input, PartNumber, Body: body });
      return (await ask('store a part', () => client.send(command))).ETag;
    });
  }

  /** Takes bytes `start` to before `end` of another object as a part, within the store. */
  async copy(source: string, start: number, end: number): Promise<void> {
    const { sdk, client } = this.#s3;
    const from = { CopySource: source, CopySourceRange: `bytes=${start}-${end - 1}` };
    await this.#begin(async (PartNumber) => {
      const command = new sdk.UploadPartCopyCommand({ ...this.#input, ...from, PartNumber });
      return (await ask('copy a part', () => client.send(command))).CopyPartResult?.ETag;
    });
  }

  async complete(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.race(this.#underWay);
    this.#check();
    const Parts = this.#parts.toSorted((one, other) => one.PartNumber - other.PartNumber);
    const command = new this.#s3.sdk.CompleteMultipartUploadCommand({ ...this.#input, MultipartUpload: { Parts } });
    await ask('complete an upload', () => this.#s3.client.send(command));
  }

  /** As well as it can: what stays is swept, or expires by a rule of the bucket. */
  async abort(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    const command = new this.#s3.sdk.AbortMultipartUploadCommand(this.#input);
    await this.#s3.client.send(command).catch(() => undefined);
  }

  async #begin(work: (partNumber: number) => Promise<string | undefined>): Promise<void> {
    this.#check();
    this.#started += 1;
    const PartNumber = this.#started;
    const underWay = work(PartNumber)
      .then((ETag = '') => void this.#parts.push({ PartNumber, ETag }))
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#underWay.delete(underWay));
    this.#underWay.add(underWay);
    if (this.#underWay.size >= MAX_PARTS_UNDER_WAY) await Promise.race(this.#underWay);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
