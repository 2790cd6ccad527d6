import type { Source } from '../../bytes/source.ts';
import type { Limits } from '../../bytes/limits.ts';
import type { ConversionSource } from '../../convert/intake.ts';
import { ConvertError } from '../../convert/errors.ts';
import type { ReadOptions } from '../../tensors/reader.ts';
import { readTensors } from '../../tensors/read-tensors.ts';
import { FileSource } from '../file-source.ts';
import { BesideFiles } from '../open-beside.ts';
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
  readonly #beside: BesideFiles;

  private constructor(parts: Pick<OpenSource, 'path' | 'place' | 'source' | 'file'> & { beside: BesideFiles }) {
    this.path = parts.path;
    this.place = parts.place;
    this.source = parts.source;
    this.file = parts.file;
    this.#beside = parts.beside;
  }

  /** `place` is opened and called `path` in the record. @throws TensorError, FormatError, LimitError, ReadError. */
  static open(place: string, path: string, options: OpenOptions): OpenSource {
    const source = FileSource.open(rawPath(place), options.limits.maxFileBytes);
    const beside = new BesideFiles(place, options.followLinks ? { linksRoot: '/' } : {});
    try {
      const { followLinks: _, ...read } = options;
      const openBeside = (name: string): Source | undefined => beside.open(name);
      const file = readTensors(source, path, { ...read, openBeside });
      const notes = [...file.notes, ...beside.notes];
      return new OpenSource({ path, place, source, file: { ...file, notes }, beside });
    } catch (error) {
      source.close();
      beside.close();
      throw error;
    }
  }

  /** @throws ConvertError `source-changed`: what was written is then not what is in the file. */
  check(): void {
    const change = this.source.changed(rawPath(this.place));
    if (change !== null) throw ConvertError.of('source-changed', { path: this.path, change });
    for (const file of this.#beside.sources) {
      const also = file.changed();
      if (also !== null) throw ConvertError.of('source-changed', { path: file.name, change: also });
    }
  }

  close(): void {
    this.source.close();
    this.#beside.close();
  }
}
