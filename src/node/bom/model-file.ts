import { CodedError } from '../../bytes/errors.ts';
import { BomError } from '../../bom/errors.ts';
import { plainText } from '../../bom/read-nodes.ts';
import type { ArtifactReport } from '../../scan/report.ts';
import { visible } from '../../scan/visible-text.ts';
import { sha256Source } from '../digest.ts';
import { FileSource } from '../file-source.ts';
import type { RawPath } from '../raw-path.ts';

/** A file of the model, with what is needed to open it again. */
export interface ModelFile {
  /** Path below the model's folder. */
  readonly path: string;
  readonly file: RawPath;
  readonly report: ArtifactReport & { readonly sha256: string };
}

/**
 * Opens a file that was scanned, and makes sure that it is still the one that was.
 * @throws BomError `changed`, and whatever `work` throws.
 */
export function withFile<Result>(one: ModelFile, maxBytes: number, work: (source: FileSource) => Result): Result {
  const source = FileSource.open(one.file, maxBytes);
  try {
    if (source.size !== one.report.size) throw BomError.of('changed', { path: one.path });
    const result = work(source);
    if (source.changed(one.file) !== null) throw BomError.of('changed', { path: one.path });
    return result;
  } finally {
    source.close();
  }
}

/** As `withFile`, for small files whose words are quoted: their digest is taken again. */
export function withSameFile<Result>(one: ModelFile, maxBytes: number, work: (source: FileSource) => Result): Result {
  return withFile(one, maxBytes, (source) => {
    if (sha256Source(source) !== one.report.sha256) throw BomError.of('changed', { path: one.path });
    return work(source);
  });
}

/** An error that concerns the content of one file, as a note; anything else goes on. */
export function noteOf(path: string, error: unknown): string {
  if (error instanceof CodedError && !(error instanceof BomError)) {
    return `${visible(path)} was not read: ${plainText(error.message, 300)}`;
  }
  throw error;
}
