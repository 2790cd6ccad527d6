import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ReadError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import type { Source } from '../../bytes/source.ts';
import type { ConversionSource } from '../../convert/intake.ts';
import { ConvertError } from '../../convert/errors.ts';
import { isEscapingPath } from '../../rules/config/paths.ts';
import type { ReadOptions } from '../../tensors/reader.ts';
import { readTensors } from '../../tensors/read-tensors.ts';
import { FileSource } from '../file-source.ts';
import { rawPath } from '../raw-path.ts';

export interface OpenOptions extends ReadOptions {
  readonly limits: Limits;
  /** Take links that lead out of the folder of a file. */
  readonly followLinks: boolean;
}

/** A file that is open from the moment its tensors are listed until the last byte was copied: one descriptor sees one file. */
export class OpenSource implements ConversionSource {
  readonly path: string;
  readonly place: string;
  readonly source: FileSource;
  readonly file: ConversionSource['file'];
  readonly #beside: ReadonlyMap<string, FileSource>;

  private constructor(
    parts: Pick<OpenSource, 'path' | 'place' | 'source' | 'file'> & { beside: Map<string, FileSource> },
  ) {
    this.path = parts.path;
    this.place = parts.place;
    this.source = parts.source;
    this.file = parts.file;
    this.#beside = parts.beside;
  }

  /** `place` is opened and called `path` in the record. @throws TensorError, FormatError, LimitError, ReadError. */
  static open(place: string, path: string, options: OpenOptions): OpenSource {
    const source = FileSource.open(rawPath(place), options.limits.maxFileBytes);
    const beside = new Map<string, FileSource>();
    try {
      const { limits, rawItemDtype, allowCompressed } = options;
      const openBeside = (name: string): Source | undefined => openNextTo(place, name, beside, options);
      const file = readTensors(source, path, { limits, rawItemDtype, allowCompressed, openBeside });
      return new OpenSource({ path, place, source, file, beside });
    } catch (error) {
      for (const one of [source, ...beside.values()]) one.close();
      throw error;
    }
  }

  /** @throws ConvertError `source-changed`: what was written is then not what is in the file. */
  check(): void {
    const change = this.source.changed(rawPath(this.place));
    if (change !== null) throw ConvertError.of('source-changed', { path: this.path, change });
    for (const [name, file] of this.#beside) {
      const also = file.changed();
      if (also !== null) throw ConvertError.of('source-changed', { path: name, change: also });
    }
  }

  close(): void {
    for (const one of [this.source, ...this.#beside.values()]) one.close();
  }
}

/** A file in the same folder, whatever links are on the way; undefined when there is none or it lies elsewhere. */
function openNextTo(
  place: string,
  name: string,
  opened: Map<string, FileSource>,
  { limits, followLinks }: OpenOptions,
): FileSource | undefined {
  const before = opened.get(name);
  if (before !== undefined || isEscapingPath(name)) return before;
  try {
    const folder = realpathSync(dirname(place));
    const real = realpathSync(join(folder, name));
    if (!followLinks && !real.startsWith(`${folder}/`)) return undefined;
    const file = FileSource.open(rawPath(real), limits.maxFileBytes);
    opened.set(name, file);
    return file;
  } catch (error) {
    if (error instanceof ReadError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}
