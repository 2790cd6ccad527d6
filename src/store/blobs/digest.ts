import { createHash, type Hash } from 'node:crypto';
import type { BlobInfo, BlobRange, PutOptions } from './blobs.ts';
import { BlobError } from './errors.ts';

const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** The hexadecimal digits of a digest. @throws BlobError `digest-malformed` */
export function hexOf(digest: string): string {
  const hex = DIGEST.exec(digest)?.[1];
  if (hex === undefined) throw BlobError.of('digest-malformed', { found: digest });
  return hex;
}

/** @throws BlobError `range-invalid` unless 0 ≤ start ≤ end ≤ bytes. */
export function checkRange(range: BlobRange, bytes: number): void {
  const { start, end } = range;
  const isWithin = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end;
  if (!isWithin || end > bytes) throw BlobError.of('range-invalid', { start, end, bytes });
}

/** Counts content while it passes, and says at the end whether it is acceptable. */
export class ContentLimits {
  readonly #options: PutOptions;
  #bytes = 0;

  /** @throws BlobError `digest-malformed` when another thing than a digest is expected. */
  constructor(options: PutOptions) {
    if (options.expected !== undefined) hexOf(options.expected);
    this.#options = options;
  }

  /** @throws BlobError `blob-too-long` with the first byte too many. */
  count({ byteLength }: Uint8Array): void {
    this.#bytes += byteLength;
    if (this.#bytes > this.#options.maxBytes) throw BlobError.of('blob-too-long', { maxBytes: this.#options.maxBytes });
  }

  /** Of all that was counted; takes the hexadecimal digits of its SHA-256. @throws BlobError `digest-mismatch` */
  infoOf(hex: string): BlobInfo {
    const digest = `sha256:${hex}`;
    const { expected = digest } = this.#options;
    if (digest !== expected) throw BlobError.of('digest-mismatch', { expected, found: digest });
    return { digest, bytes: this.#bytes };
  }
}

/** Counts and hashes content while it passes. */
export class ContentMeter {
  readonly #hash: Hash = createHash('sha256');
  readonly #limits: ContentLimits;

  /** @throws BlobError `digest-malformed` when another thing than a digest is expected. */
  constructor(options: PutOptions) {
    this.#limits = new ContentLimits(options);
  }

  /** @throws BlobError `blob-too-long` with the first byte too many. */
  add(chunk: Uint8Array): void {
    this.#limits.count(chunk);
    this.#hash.update(chunk);
  }

  /** @throws BlobError `digest-mismatch` */
  end(): BlobInfo {
    return this.#limits.infoOf(this.#hash.digest('hex'));
  }
}

/** Passes a whole blob on and checks it. @throws BlobError `blob-damaged`, after the last byte. */
export async function* verified(content: AsyncIterable<Uint8Array>, info: BlobInfo): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    bytes += chunk.byteLength;
    yield chunk;
  }
  const { digest } = info;
  if (bytes !== info.bytes) {
    throw BlobError.of('blob-damaged', { digest, reason: `expected ${info.bytes} bytes, found ${bytes}` });
  }
  const found = hash.digest('hex');
  if (found !== hexOf(digest))
    throw BlobError.of('blob-damaged', { digest, reason: `its content has sha256:${found}` });
}
