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
  /** Contradictions found while reading it: stable code and what was seen. */
  readonly anomalies: readonly ArchiveAnomaly[];
}

export interface ArchiveAnomaly {
  readonly code: string;
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
  readonly flavour: string;
}
