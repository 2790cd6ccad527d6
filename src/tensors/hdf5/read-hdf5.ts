import { SpanSet } from '../../bytes/span.ts';
import type { Attribute } from '../../formats/hdf5/attributes.ts';
import { chunkGrid, visitChunks } from '../../formats/hdf5/chunks.ts';
import { type Dataset, readDataset } from '../../formats/hdf5/dataset.ts';
import { findSignature } from '../../formats/hdf5/index.ts';
import { chunkBytes, type ChunkedLayout } from '../../formats/hdf5/layout.ts';
import type { Link } from '../../formats/hdf5/links.ts';
import type { HeaderMessage } from '../../formats/hdf5/object-header.ts';
import { ObjectWalk } from '../../formats/hdf5/object-walk.ts';
import { readSuperblock, type Superblock } from '../../formats/hdf5/superblock.ts';
import { FormatError } from '../../bytes/errors.ts';
import { TensorError } from '../errors.ts';
import { parseContextOf } from '../parse-with.ts';
import type { ReadContext } from '../reader.ts';
import { elementCount, swapUnit } from '../shape.ts';
import type { OmittedValue, Placement, RefusalCode, RefusedTensor, Tensor, TensorFile } from '../tensor.ts';
import { ChunkCache } from './chunk-cache.ts';
import { ChunkTable } from './chunk-table.ts';
import { ChunkedSource, FillSource } from './chunked-source.ts';
import { unsupportedFilter } from './undo-filters.ts';

/** A compressed chunk is unpacked whole; libraries keep chunks near 1 MiB. */
const MAX_CHUNK_BYTES = 64 * 1024 * 1024;
const MAX_METADATA_LENGTH = 4096;

/** Where the HDF5 part is, for files inside of others. */
export interface Hdf5Place {
  /** What comes before the name of a data set in its origin: the member of an archive. */
  readonly member: string;
  /** Where the source starts in the file on disk; undefined when it is compressed there. */
  readonly start: number | undefined;
}

/** The numeric data sets of an HDF5 file. Tensors are called as the data sets are, without the first slash. */
export function readHdf5(context: ReadContext, place: Hdf5Place): TensorFile {
  const parse = parseContextOf(context);
  const position = findSignature(context.source, context.path);
  if (position === undefined) {
    throw FormatError.of('malformed', { expected: 'the HDF5 signature', found: 'other bytes', offset: 0 });
  }
  return new Hdf5Tensors(context, place, readSuperblock(parse, position)).read();
}

/** A data set whose dtype and shape are known. */
interface Known {
  readonly name: string;
  readonly address: number;
  readonly dataset: Dataset;
  readonly elementBytes: number;
  readonly byteLength: number;
}

/** Bytes of a data set, and the range they take when they are one. */
interface Stored {
  readonly source: Placement['source'];
  readonly offset: number;
  readonly isInPlace: boolean;
}

class Hdf5Tensors {
  readonly #context: ReadContext;
  readonly #place: Hdf5Place;
  readonly #superblock: Superblock;
  readonly #tensors: Tensor[] = [];
  readonly #refused: RefusedTensor[] = [];
  readonly #omitted: OmittedValue[] = [];
  readonly #metadata = new Map<string, string>();
  readonly #byAddress = new Map<number, Tensor>();
  readonly #aliases: { readonly path: string; readonly address: number }[] = [];
  readonly #cache = new ChunkCache();
  readonly #spans = new SpanSet();
  #storedBytes = 0;
  /** What data sets may still hold beyond `maxDatasetExpansion` times what is stored of them, all together. */
  #unbackedBytes: number;

  constructor(context: ReadContext, place: Hdf5Place, superblock: Superblock) {
    this.#context = context;
    this.#place = place;
    this.#superblock = superblock;
    this.#unbackedBytes = context.limits.maxUnbackedBytes;
  }

  read(): TensorFile {
    new ObjectWalk(this.#superblock, {
      attributes: ({ path, attributes }) => this.#attributes(path, attributes),
      dataset: ({ path, address, messages }) => this.#dataset(path, address, messages),
      alias: (path, address) => this.#aliases.push({ path, address }),
      link: (link, path) => this.#link(link, path),
    }).run();
    if (this.#storedBytes > this.#spans.bytes) throw this.#contradiction('data sets overlap in the file');
    for (const alias of this.#aliases) this.#alias(alias.path, alias.address);
    this.#checkNames();
    return {
      format: 'hdf5',
      tensors: this.#tensors,
      refused: this.#refused,
      omitted: this.#omitted,
      metadata: this.#metadata,
      globals: [],
      notes: [],
    };
  }

  #attributes(path: string, attributes: readonly Attribute[]): void {
    if (path !== '/') return;
    for (const { name, strings } of attributes) {
      const [value] = strings;
      if (value !== undefined && strings.length === 1 && value.text.length <= MAX_METADATA_LENGTH) {
        this.#metadata.set(name, value.text);
      }
    }
  }

  /** Links by name are never followed: where they lead depends on who reads, and on other files. */
  #link(link: Link, path: string): void {
    if (link.kind === 'soft') this.#omitted.push({ path: nameOf(path), what: `a link to ${link.target}` });
    else if (link.kind !== 'hard') {
      this.#refuse(nameOf(path), 'external-data', `a link to ${link.target}, which is not followed`);
    }
  }

  #alias(path: string, address: number): void {
    const tensor = this.#byAddress.get(address);
    const name = nameOf(path);
    if (tensor === undefined) this.#omitted.push({ path: name, what: 'another name of an object that is no tensor' });
    else this.#tensors.push({ ...tensor, name, origin: { ...tensor.origin, member: this.#member(path) } });
  }

  #checkNames(): void {
    const names = new Set<string>();
    for (const { name } of [...this.#tensors, ...this.#refused]) {
      if (names.has(name)) throw this.#ambiguous(`two data sets are named ${name}`);
      names.add(name);
    }
  }

  #dataset(path: string, address: number, messages: readonly HeaderMessage[]): void {
    const name = nameOf(path);
    const dataset = readDataset(this.#superblock, messages);
    const { space, element, filters, layout, isExternal } = dataset;
    if (isExternal) return this.#refuse(name, 'external-data', 'a data set in files of its own, which are not opened');
    if (layout.kind === 'virtual') {
      return this.#refuse(name, 'external-data', 'a data set put together from others, which is not followed');
    }
    if (space.isNull) return void this.#omitted.push({ path: name, what: 'a data set of nothing' });
    if (element.kind === 'text') return void this.#omitted.push({ path: name, what: `a data set of ${element.what}` });
    if (element.kind === 'other') return this.#refuse(name, 'dtype-unsupported', element.what);
    const filter = unsupportedFilter(filters);
    if (filter !== undefined) return this.#refuse(name, 'filter-unsupported', filter);
    const elements = elementCount(space.dimensions);
    if (elements === undefined)
      return this.#refuse(name, 'expansion-exceeded', `${space.dimensions.join(' × ')} elements`);
    const byteLength = elements * element.bytes;
    this.#known(path, { name, address, dataset, elementBytes: element.bytes, byteLength });
  }

  #known(path: string, known: Known): void {
    const { name, address, dataset, byteLength, elementBytes } = known;
    const { element, space } = dataset;
    const stored = this.#stored(known);
    if (stored === undefined || element.kind !== 'number') return;
    const { source, offset, isInPlace } = stored;
    const start = isInPlace && this.#place.start !== undefined ? this.#place.start + offset : undefined;
    const swapBytes = element.isBigEndian ? swapUnit(element.dtype) : undefined;
    const tensor: Tensor = {
      name,
      dtype: element.dtype,
      shape: space.dimensions,
      placement: { source, offset, itemBytes: elementBytes, byteLength, swapBytes },
      storage: `object@${address}`,
      origin: {
        member: this.#member(path),
        span: start === undefined ? undefined : { start, end: start + byteLength },
      },
    };
    this.#byAddress.set(address, tensor);
    this.#tensors.push(tensor);
  }

  #stored(known: Known): Stored | undefined {
    const { name, dataset, byteLength } = known;
    const { layout } = dataset;
    const { source } = this.#context;
    if (layout.kind === 'chunked') return this.#chunked(known, layout);
    if (layout.kind === 'virtual') return undefined;
    if (layout.kind === 'contiguous' && (layout.address === undefined || byteLength === 0)) return this.#filled(known);
    const { start, bytes } =
      layout.kind === 'compact'
        ? { start: layout.data.start, bytes: layout.data.end - layout.data.start }
        : { start: this.#superblock.reader.locate(layout.address ?? 0), bytes: layout.bytes ?? byteLength };
    if (bytes !== byteLength || start + bytes > source.size) {
      throw this.#contradiction(`${name} takes ${byteLength} bytes and ${bytes} are stored at ${start}`);
    }
    this.#store(name, start, bytes);
    return { source, offset: start, isInPlace: true };
  }

  /** A data set that was never written holds its fill value. */
  #filled(known: Known): Stored | undefined {
    const { name, byteLength, elementBytes } = known;
    if (!this.#backed(known, 0)) return undefined;
    const fill = this.#fill(known);
    if (fill === undefined && byteLength > 0) {
      this.#refuse(name, 'without-data', 'a data set that was never written and has no fill value');
      return undefined;
    }
    return { source: new FillSource(byteLength, fill ?? new Uint8Array(elementBytes)), offset: 0, isInPlace: false };
  }

  #fill({ name, dataset, elementBytes }: Known): Uint8Array | undefined {
    const { fill } = dataset;
    if (fill === 'undefined') return undefined;
    if (fill === 'zeros') return new Uint8Array(elementBytes);
    if (fill.length === elementBytes) return fill;
    throw this.#contradiction(`the fill value of ${name} has ${fill.length} bytes, an element ${elementBytes}`);
  }

  #chunked(known: Known, layout: ChunkedLayout): Stored | undefined {
    const { name, address, dataset, elementBytes, byteLength } = known;
    const { dimensions } = dataset.space;
    if (layout.address === undefined || byteLength === 0) return this.#filled(known);
    if (layout.elementBytes !== elementBytes || layout.chunk.length !== dimensions.length) {
      throw this.#contradiction(`the chunks of ${name} are of another type or shape than it is`);
    }
    if (dataset.filters.length > 0 && chunkBytes(layout) > MAX_CHUNK_BYTES) {
      this.#refuse(name, 'expansion-exceeded', `compressed chunks of ${chunkBytes(layout)} bytes`);
      return undefined;
    }
    const before = this.#storedBytes;
    const table = this.#table(known, layout);
    if (!this.#backed(known, this.#storedBytes - before)) return undefined;
    const grid = chunkGrid(layout.chunk, dimensions);
    const isWhole = table.count === grid.reduce((product, size) => product * size, 1);
    const fill = this.#fill(known);
    if (!isWhole && fill === undefined) {
      this.#refuse(name, 'without-data', 'chunks that were never written, and no fill value');
      return undefined;
    }
    const array = {
      source: this.#context.source,
      dimensions,
      chunk: layout.chunk,
      itemBytes: elementBytes,
      table,
      filters: dataset.filters,
      edgesUnfiltered: layout.edgesUnfiltered,
      fill: fill ?? new Uint8Array(elementBytes),
      key: `${address}`,
    };
    return { source: new ChunkedSource(array, this.#cache, this.#context.budget), offset: 0, isInPlace: false };
  }

  #table({ name, dataset }: Known, layout: ChunkedLayout): ChunkTable {
    const { space } = dataset;
    const grid = chunkGrid(layout.chunk, space.dimensions);
    const table = new ChunkTable();
    visitChunks(this.#superblock, { layout, space }, ({ at, address, bytes, mask }) => {
      const position = this.#superblock.reader.locate(address);
      this.#store(name, position, bytes);
      // Places kept for growing are outside; the library does not look there.
      if (at.some((i, axis) => i >= (grid[axis] as number))) return;
      const number = at.reduce((sum, i, axis) => sum * (grid[axis] as number) + i, 0);
      table.add(number, { position, bytes, mask });
    });
    if (table.finish() !== undefined) throw this.#ambiguous(`${name} has two chunks for one place`);
    return table;
  }

  /** Notes that bytes are taken: what two data sets share would be unpacked as often as somebody likes. */
  #store(name: string, start: number, bytes: number): void {
    if (start + bytes > this.#context.source.size) {
      throw this.#contradiction(`${name} reaches byte ${start + bytes} of ${this.#context.source.size}`);
    }
    this.#spans.add(start, start + bytes);
    this.#storedBytes += bytes;
  }

  /**
   * False, with a refusal, when a data set holds far more than is stored of it. There is no floor for each data set:
   * with the 4 GiB that Keras allows every single one, any number of them would be free.
   */
  #backed({ name, byteLength }: Known, stored: number): boolean {
    const excess = byteLength - stored * this.#context.limits.maxDatasetExpansion;
    if (excess <= 0) return true;
    if (excess > this.#unbackedBytes) {
      this.#refuse(name, 'expansion-exceeded', `${byteLength} bytes of which ${stored} are stored`);
      return false;
    }
    this.#unbackedBytes -= excess;
    return true;
  }

  #member(path: string): string {
    return this.#place.member === '' ? path : `${this.#place.member}:${path}`;
  }

  #refuse(name: string, code: RefusalCode, detail: string): void {
    this.#refused.push({ name, code, detail });
  }

  #contradiction(detail: string): TensorError {
    return TensorError.of('inconsistent', { path: this.#context.path, detail });
  }

  #ambiguous(detail: string): TensorError {
    return TensorError.of('ambiguous', { path: this.#context.path, detail });
  }
}

function nameOf(path: string): string {
  return path.replace(/^\//, '');
}
