import { readBytes, SliceSource, type Source } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import { crc32c, maskCrc32c } from '../../formats/media/crc32c.ts';
import type { WireListener } from '../../formats/protobuf.ts';
import { readBundle } from '../../formats/tensor-bundle/read-bundle.ts';
import { CheckedSource } from '../checked-source.ts';
import { TensorError } from '../errors.ts';
import { parseContextOf } from '../parse-with.ts';
import { defineTensorReader, type ReadContext } from '../reader.ts';
import { bytesOf, elementCount, swapUnit } from '../shape.ts';
import type { OmittedValue, RefusalCode, RefusedTensor, Tensor, TensorFile } from '../tensor.ts';

/** tensorflow/core/framework/types.proto, as far as a safetensors dtype has the same bits. */
const DTYPES: ReadonlyMap<number, string> = new Map([
  [1, 'F32'],
  [2, 'F64'],
  [3, 'I32'],
  [4, 'U8'],
  [5, 'I16'],
  [6, 'I8'],
  [8, 'C64'],
  [9, 'I64'],
  [10, 'BOOL'],
  [14, 'BF16'],
  [17, 'U16'],
  [19, 'F16'],
  [22, 'U32'],
  [23, 'U64'],
  [24, 'F8_E5M2'],
  [25, 'F8_E4M3'],
  [26, 'F8_E4M3FNUZ'],
  [28, 'F8_E5M2FNUZ'],
]);
const STRING = 7;
const BIG_ENDIAN = 1n;
/** No checkpoint is split further; the number is also part of a file's name. */
const MAX_SHARDS = 100_000;
const MAX_AXES = 254;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One entry of the index, or its header, as far as it was walked. */
class Entry implements WireListener {
  readonly numbers = new Map<string, bigint>();
  readonly shape: bigint[] = [];
  crc: number | undefined;
  slices = 0;
  readonly key: Uint8Array;
  readonly value: Span;
  readonly #source: Source;
  #type = '';

  constructor(key: Uint8Array, value: Span, source: Source) {
    this.key = key;
    this.value = value;
    this.#source = source;
  }

  enter(type: string): void {
    this.#type = type;
    // An axis of size 0 is written without its size.
    if (type === 'Dimension' && this.shape.length <= MAX_AXES) this.shape.push(0n);
  }

  leave(): void {
    this.#type = '';
  }

  number(field: string, value: bigint, span: Span): void {
    if (this.#type === 'Dimension' && field === 'size') this.shape[this.shape.length - 1] = value;
    else if (field === 'crc32c') {
      const bytes = readBytes(this.#source, this.value.start + span.start, 4);
      this.crc = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    } else this.numbers.set(field, value);
  }

  content(field: string): void {
    if (field === 'slices') this.slices += 1;
  }

  int(field: string): number {
    return Number(BigInt.asIntN(64, this.numbers.get(field) ?? 0n));
  }
}

/** Variables of a TensorFlow checkpoint: an index, and the bytes in data files beside it. */
export const tensorBundleReader = defineTensorReader({
  format: 'tensor-bundle',
  read(context) {
    const entries: Entry[] = [];
    readBundle(parseContextOf(context), {
      entry(key, value) {
        const entry = new Entry(key, value, context.source);
        entries.push(entry);
        return entry;
      },
    });
    return new Checkpoint(context, entries).read();
  },
});

class Checkpoint {
  readonly #context: ReadContext;
  readonly #header: Entry;
  readonly #entries: readonly Entry[];
  readonly #prefix: string | undefined;
  readonly #refused: RefusedTensor[] = [];
  readonly #omitted: OmittedValue[] = [];
  readonly #ends = new Map<number, Span[]>();

  constructor(context: ReadContext, entries: readonly Entry[]) {
    const [header, ...rest] = entries;
    if (header === undefined || header.key.length > 0) {
      throw TensorError.of('inconsistent', { path: context.path, detail: 'the index has no header' });
    }
    this.#context = context;
    this.#header = header;
    this.#entries = rest;
    const file = context.path.split(/[/\\]/).at(-1) ?? '';
    this.#prefix = file.endsWith('.index') ? file.slice(0, -'.index'.length) : undefined;
  }

  read(): TensorFile {
    const shards = this.#header.int('num_shards');
    if (shards < 1 || shards > MAX_SHARDS) throw this.#contradiction(`it has ${shards} data files`);
    const names = new Set<string>();
    const tensors = this.#entries.flatMap((entry) => {
      const name = this.#nameOf(entry);
      if (name === undefined) return [];
      if (names.has(name)) {
        throw TensorError.of('ambiguous', { path: this.#context.path, detail: `two entries are named ${name}` });
      }
      names.add(name);
      return this.#tensor(name, entry);
    });
    this.#checkOverlap();
    return {
      format: 'tensor-bundle',
      tensors,
      refused: this.#refused,
      omitted: this.#omitted,
      metadata: new Map(),
      globals: [],
      notes: [],
    };
  }

  /** Names of slices are binary and start with a NUL (tensorflow/core/util/saved_tensor_slice_util.cc). */
  #nameOf({ key }: Entry): string | undefined {
    if (key[0] === 0) {
      this.#omitted.push({ path: '', what: 'a slice of a partitioned variable' });
      return undefined;
    }
    try {
      return utf8.decode(key);
    } catch {
      this.#refuse('', 'name-invalid', 'a name that is not UTF-8');
      return undefined;
    }
  }

  #tensor(name: string, entry: Entry): Tensor[] {
    const type = entry.int('dtype');
    if (type === STRING) {
      this.#omitted.push({ path: name, what: 'text' });
      return [];
    }
    const dtype = DTYPES.get(type);
    const itemBytes = dtype === undefined ? undefined : bytesOf(dtype);
    if (dtype === undefined || itemBytes === undefined) {
      return this.#refuse(name, 'dtype-unsupported', `elements of TensorFlow's type ${type}`);
    }
    if (entry.slices > 0) return this.#refuse(name, 'layout-unknown', 'a variable partitioned into slices');
    const shape = entry.shape.map((size) => Number(BigInt.asIntN(64, size)));
    const elements = shape.some((size) => size < 0) ? undefined : elementCount(shape);
    const [offset, size] = [entry.int('offset'), entry.int('size')];
    if (elements === undefined || elements * itemBytes !== size || offset < 0) {
      throw this.#contradiction(`${name} of shape [${shape.join(', ')}] is said to take ${size} bytes at ${offset}`);
    }
    return this.#place(entry, { name, dtype, shape, itemBytes, offset, size });
  }

  #place(entry: Entry, facts: Facts): Tensor[] {
    const { name, dtype, shape, itemBytes, offset, size } = facts;
    const shard = entry.int('shard_id');
    const shards = this.#header.int('num_shards');
    if (shard < 0 || shard >= shards) throw this.#contradiction(`${name} is in data file ${shard} of ${shards}`);
    if (this.#prefix === undefined) {
      return this.#refuse(
        name,
        'external-data',
        'data files are found by the name of the index, which must end in .index',
      );
    }
    const digits = (value: number): string => String(value).padStart(5, '0');
    const file = `${this.#prefix}.data-${digits(shard)}-of-${digits(shards)}`;
    const data = this.#context.openBeside?.(file);
    if (data === undefined) return this.#refuse(name, 'external-data', `data in ${file}, which is not opened`);
    const span = { start: offset, end: offset + size };
    if (span.end > data.size)
      throw this.#contradiction(`${name} reaches byte ${span.end} of ${file}, which has ${data.size}`);
    const spans = this.#ends.get(shard);
    if (spans === undefined) this.#ends.set(shard, [span]);
    else spans.push(span);
    const content = new SliceSource(data, offset, size);
    const source = entry.crc === undefined ? content : this.#checked(content, name, entry);
    const swapBytes = this.#header.numbers.get('endianness') === BIG_ENDIAN ? swapUnit(dtype) : undefined;
    const placement = { source, offset: 0, itemBytes, byteLength: size, swapBytes };
    return [{ name, dtype, shape, placement, storage: undefined, origin: { member: file, span } }];
  }

  #checked(content: Source, what: string, { crc = 0, value }: Entry): Source {
    const { size } = content;
    return new CheckedSource(content, {
      what,
      offset: value.start,
      size,
      expected: unmask(crc),
      update: (bytes, before) => crc32c(bytes, before),
    });
  }

  /** Writers put one tensor after the other; bytes in two of them would be read as two things. */
  #checkOverlap(): void {
    for (const spans of this.#ends.values()) {
      spans.sort((a, b) => a.start - b.start || a.end - b.end);
      const at = spans.findIndex((span, i) => i > 0 && span.start < (spans[i - 1] as Span).end);
      if (at > 0) throw this.#contradiction(`two tensors overlap at byte ${spans[at]?.start} of a data file`);
    }
  }

  #refuse(name: string, code: RefusalCode, detail: string): [] {
    this.#refused.push({ name, code, detail });
    return [];
  }

  #contradiction(detail: string): TensorError {
    return TensorError.of('inconsistent', { path: this.#context.path, detail });
  }
}

interface Facts {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly itemBytes: number;
  readonly offset: number;
  readonly size: number;
}

/** The checksum behind a masked one (core/lib/hash/crc32c.h). */
function unmask(masked: number): number {
  const rotated = (masked - maskCrc32c(0)) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
