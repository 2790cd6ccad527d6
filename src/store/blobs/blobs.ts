export interface BlobInfo {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly bytes: number;
}

/** Content by its SHA-256: written once, never changed. A folder, or an S3-compatible store. */
export interface Blobs {
  readonly column: 'folder' | 's3';
  /**
   * Stores a stream; hashes while it is written, and refuses (storing nothing) what is longer than `maxBytes` or has another digest than
   * `expected`. Resolves when the bytes are durable. The same content twice is stored once.
   */
  put(
    content: AsyncIterable<Uint8Array>,
    options: { readonly maxBytes: number; readonly expected?: string },
  ): Promise<BlobInfo>;
  stat(digest: string): Promise<BlobInfo | undefined>;
  /** A range of the content; the whole where `range` is absent. Throws where there is no such blob. */
  read(digest: string, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  remove(digest: string): Promise<void>;
  /** Whether the place can be written and read at all. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
