export interface BlobInfo {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly bytes: number;
}

export interface StoredBlob {
  readonly digest: string;
  /** When its bytes were written last, ms since 1970 by the clock of the store. */
  readonly storedAtMs: number;
}

/** Bytes from `start` to before `end`; both within the blob. */
export interface BlobRange {
  readonly start: number;
  readonly end: number;
}

export interface PutOptions {
  /** Longer content is refused. Also decides how large the parts of an upload are. */
  readonly maxBytes: number;
  /** Digest the content must have; knowing it spares an object store a copy. */
  readonly expected?: string;
}

/** Content by its SHA-256: written once, never changed. A folder, or an S3-compatible store. */
export interface Blobs {
  readonly column: 'folder' | 's3';
  /**
   * Stores a stream; hashes while it is written, and refuses (storing nothing) what is longer than `maxBytes` or has another digest than
   * `expected`. Resolves when the bytes are durable. The same content twice is stored once. Nothing of a piece is kept once the next is asked
   * for.
   */
  put(content: AsyncIterable<Uint8Array>, options: PutOptions): Promise<BlobInfo>;
  stat(digest: string): Promise<BlobInfo | undefined>;
  /**
   * A range of the content; the whole where `range` is absent, which is then checked against its digest: bytes that are not what was stored
   * end with an error, after they were given out. Throws where there is no such blob.
   */
  read(digest: string, range?: BlobRange): AsyncIterable<Uint8Array>;
  /**
   * Only where blobs are files: gives the blob another, read-only name. False where that cannot be, as on another disk. Throws where there is
   * no such blob.
   */
  linkTo?(digest: string, path: string): Promise<boolean>;
  /** Only where blobs are files: how many bytes the disk still takes; undefined where it does not say. */
  freeBytes?(): Promise<number | undefined>;
  remove(digest: string): Promise<void>;
  /** Only where blobs are files: whether a backup is being made, which may need what nothing names any more. */
  areHeld?(): Promise<boolean>;
  /** Every blob, in any order; one that comes or goes meanwhile may be missing. */
  list(): AsyncIterable<StoredBlob>;
  /** Removes what uploads that never ended left behind, if they rested for longer than this. Answers with how many. */
  sweep(idleMs: number): Promise<number>;
  /** Whether the place can be written and read at all. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
