import type { Registry } from '../registry.ts';
import type { ByteRange } from './range.ts';

export interface ContentRef {
  readonly versionId: string;
  readonly side: 'source' | 'release';
  readonly path: string;
}

/** A file of a version, ready to be read. */
export interface OpenedContent {
  readonly path: string;
  /** `sha256:` and 64 hexadecimal digits, of the plain content. */
  readonly digest: string;
  readonly bytes: number;
  /** Plain bytes, as often as wanted; a range must lie within the content. */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
}

/** Opens a file of a version, whatever its state; no rights are checked. @throws RegistryError `file-unknown`, `keys-unavailable`. */
export async function openContent(_registry: Registry, _ref: ContentRef): Promise<OpenedContent> {
  throw new Error('not yet');
}
