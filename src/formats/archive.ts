import type { Span } from '../bytes/span.ts';

/** One member as the container describes it, with every way in which the container contradicts itself. */
export interface ArchiveEntry {
  readonly index: number;
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'special';
  readonly linkTarget?: string;
  /** Name of the compression method: `stored`, `deflate`, `zstd` … or `method 99` when unknown. */
  readonly method: string;
  readonly encrypted: boolean;
  /** Declared size after decompression, in bytes. */
  readonly size: number;
  /** Where its stored bytes are. */
  readonly data: Span;
  /** True for a second reading of an entry that is listed already, where its headers disagree. */
  readonly alternate?: true;
  /** Contradictions found while reading it: stable code and what was seen. */
  readonly anomalies: readonly ArchiveAnomaly[];
}

/** What can be wrong with one entry, or with the container as a whole. */
export type AnomalyCode =
  /** The name in the local header (or in a second name field) is another one. */
  | 'name-mismatch'
  | 'method-mismatch'
  | 'size-mismatch'
  /** One header says encrypted, the other does not. */
  | 'flag-mismatch'
  /** The two headers store different checksums. */
  | 'crc-field-mismatch'
  /** The content has another checksum than the one stored for it. */
  | 'crc-mismatch'
  | 'no-local-header'
  /** Its attributes call it a folder, its name does not, and it has content. */
  | 'folder-content'
  /** No directory lists it. */
  | 'orphan'
  | 'overlap'
  | 'prefix'
  | 'tail'
  | 'several-directories'
  | 'count-mismatch'
  /** Entries follow an end-of-archive marker. */
  | 'after-end'
  /** A data stream ends before its declared end. */
  | 'short-stream'
  | 'sparse';

export interface ArchiveAnomaly {
  readonly code: AnomalyCode;
  readonly detail: string;
  readonly offset: number;
}

/** The listing of a container, in the order of offsets. */
export interface Archive {
  readonly kind: 'zip' | 'tar' | '7z';
  readonly entries: readonly ArchiveEntry[];
  /** Contradictions of the container as a whole (prefix, tail, several directories, overlaps). */
  readonly anomalies: readonly ArchiveAnomaly[];
  /** Which loader would read it: `torch`, `torchscript`, `npz`, `keras`, `nemo` … or `plain`. */
  readonly flavour: ArchiveFlavour;
}

/** What an archive is, going by the names in it. */
export type ArchiveFlavour =
  | 'torch'
  | 'torchscript'
  | 'npz'
  | 'keras'
  | 'skops'
  | 'nemo'
  | 'mar'
  | 'wheel'
  | 'torch-tar'
  | 'plain';
