import { ByteInput } from '../../bytes/codecs/byte-input.ts';
import { type CodecId, openDecoder } from '../../bytes/codecs/index.ts';
import { DeltaReader, Lzma2Reader, lzma2DictionaryBytes, RawLzmaReader } from '../../bytes/codecs/lzma-readers.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Budget } from '../../bytes/limits.ts';
import { SliceSource, type Source } from '../../bytes/source.ts';
import { type ChunkReader, StreamSource } from '../../bytes/stream-source.ts';
import { type Coder, type Folder, lastOutput } from './streams-info.ts';

const CHUNK_BYTES = 64 * 1024;
const COPY = '00';
const DELTA = '03';
const LZMA2 = '21';
const LZMA = '030101';
const AES = '06f10701';
const streamCodecs: Readonly<Record<string, CodecId>> = {
  '040108': 'deflate',
  '040109': 'deflate64',
  '040202': 'bzip2',
  '04f71101': 'zstd',
  '04f71104': 'lz4',
};

/** Names of methods that are recognized but not decoded. */
const otherMethods: Readonly<Record<string, string>> = {
  '03030103': 'BCJ (x86)',
  '0303011b': 'BCJ2',
  '030401': 'PPMd',
};

/** The methods of a folder, in the order of its coders, by name where known. */
export function methodsOf({ coders }: Folder): string {
  const names: Readonly<Record<string, string>> = {
    ...otherMethods,
    ...streamCodecs,
    [COPY]: 'stored',
    [LZMA]: 'lzma',
    [LZMA2]: 'lzma2',
    [DELTA]: 'delta',
    [AES]: 'AES',
  };
  return coders.map((coder) => names[coder.id] ?? `method ${coder.id}`).join('+');
}

export function isEncrypted({ coders }: Folder): boolean {
  return coders.some((coder) => coder.id === AES);
}

/**
 * What a folder unpacks to. `packed` are its packed streams, by their order in the folder.
 * @throws FormatError `encrypted`, or `unsupported` for a method or a shape that is not decoded here.
 */
export function openFolder(folder: Folder, packed: readonly Source[], budget: Budget): StreamSource {
  if (isEncrypted(folder)) throw FormatError.of('encrypted', { what: 'a 7z folder', offset: 0 });
  if (folder.coders.some(({ inputs, outputs }) => inputs !== 1 || outputs !== 1)) unsupported(methodsOf(folder));
  return openCoder({ folder, packed, budget }, lastOutput(folder), 0);
}

interface Opening {
  readonly folder: Folder;
  readonly packed: readonly Source[];
  readonly budget: Budget;
}

function openCoder(opening: Opening, index: number, depth: number): StreamSource {
  const { folder, packed, budget } = opening;
  const coder = folder.coders[index];
  const size = folder.unpackSizes[index];
  if (coder === undefined || size === undefined || depth > folder.coders.length)
    return unsupported('a chain of coders like this');
  const from = folder.bindings.get(index);
  const place = folder.packedInputs.indexOf(index);
  const input = from === undefined ? packed[place] : openCoder(opening, from, depth + 1);
  if (input === undefined) return unsupported('a coder without input');
  const open = decoderOf(coder, input, size, budget);
  return new StreamSource(open, budget, { declaredSize: size });
}

function decoderOf(coder: Coder, source: Source, size: number, { limits }: Budget): () => ChunkReader {
  const { id, properties } = coder;
  const codec = streamCodecs[id];
  if (codec !== undefined) return () => openDecoder(codec, { source }, limits);
  if (id === COPY) return () => new CopyReader(source, size);
  if (id === DELTA) return () => new DeltaReader(new CopyReader(source, size), (properties[0] ?? 0) + 1);
  if (id === LZMA && properties.length >= 5) {
    return () => new RawLzmaReader(new ByteInput({ source }), { properties, size }, limits.maxDictionaryBytes);
  }
  if (id === LZMA2 && properties.length >= 1) {
    const dictionary = lzma2DictionaryBytes(properties[0] as number, 0);
    return () => new Lzma2Reader(new ByteInput({ source }), dictionary, limits.maxDictionaryBytes);
  }
  return unsupported(`7z method ${otherMethods[id] ?? id}`);
}

function unsupported(feature: string): never {
  throw FormatError.of('unsupported', { feature, offset: 0 });
}

class CopyReader implements ChunkReader {
  readonly #source: Source;
  readonly #size: number;
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  #at = 0;

  constructor(source: Source, size: number) {
    this.#source = new SliceSource(source, 0, size);
    this.#size = size;
  }

  get consumedBytes(): number {
    return this.#at;
  }

  next(): Uint8Array | null {
    if (this.#at >= this.#size) return null;
    const read = this.#source.read(this.#at, this.#chunk);
    this.#at += read;
    return read === 0 ? null : this.#chunk.subarray(0, read);
  }
}
