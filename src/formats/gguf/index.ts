import { FormatError, LimitError } from '../../bytes/errors.ts';
import { readBytes, SliceSource } from '../../bytes/source.ts';
import type { DocumentNode, MapEntry } from '../document.ts';
import { emitDocument } from '../emit-document.ts';
import { defineFormat, type ParseContext } from '../format.ts';
import type { GgufFile, GgufTensor } from './gguf-file.ts';
import { GgufReader, type GgufShape } from './gguf-reader.ts';
import { checkLayout } from './layout.ts';
import { leastTensorBytes, readTensors } from './tensors.ts';
import { readValue } from './values.ts';

/** GGUF_DEFAULT_ALIGNMENT. */
const DEFAULT_ALIGNMENT = 32;
const UINT32 = 4;
/** Writers use 32 to 4096; padding that is longer than this would be room to hide something in. */
const MAX_ALIGNMENT = 65_536;

/** GGUF, the model files of llama.cpp and its kin: versions 1 to 3, both byte orders. */
export const gguf = defineFormat({
  id: 'gguf',
  title: 'GGUF model',
  extensions: ['.gguf'],
  detect: (probe) => (probe.startsWith('GGUF') ? 'certain' : null),
  parse: parseGguf,
});

function parseGguf(context: ParseContext): void {
  const shape = readShape(context);
  const reader = new GgufReader(context.source, shape, context.limits);
  reader.seek(8);
  const content = new GgufContent(reader, context);
  try {
    content.read(shape);
  } finally {
    context.cover(0, Math.min(content.structureEnd, context.source.size), 'structure');
    context.emit('gguf', content.describe(shape));
    emitDocument(context, { root: { kind: 'map', entries: content.entries }, syntax: 'gguf-metadata' });
  }
}

/** Version and byte order. ggml tells the order by the low half of the version, which is zero when it is swapped. */
function readShape(context: ParseContext): GgufShape {
  const head = readBytes(context.source, 0, 8);
  if (head.length < 8) throw FormatError.of('truncated', { wanted: 8, offset: 0, size: head.length });
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const littleEndian = view.getUint16(4, true) !== 0;
  const version = view.getUint32(4, littleEndian);
  if (version < 1 || version > 3) {
    throw FormatError.of('unsupported', { feature: `GGUF version ${version}`, offset: 4 });
  }
  return { version, littleEndian };
}

/** What has been read so far; kept apart so that a file that breaks off is still judged by what came before. */
class GgufContent {
  readonly entries: MapEntry[] = [];
  readonly tensors: GgufTensor[] = [];
  alignment = DEFAULT_ALIGNMENT;
  structureEnd = 8;
  #dataStart: number | undefined;
  readonly #reader: GgufReader;
  readonly #context: ParseContext;
  readonly #keys = new Set<string>();
  readonly #orderedKeys: string[] = [];

  constructor(reader: GgufReader, context: ParseContext) {
    this.#reader = reader;
    this.#context = context;
  }

  read(shape: GgufShape): void {
    const reader = this.#reader;
    if (shape.version === 1) {
      reader.faults.add('old-version', 'GGUF version 1, which current loaders refuse', { start: 4, end: 8 });
    }
    const tensorCount = this.#count('tensors', leastTensorBytes(reader));
    const keyCount = this.#count('keys', reader.countBytes + 4 + 1);
    for (let i = 0; i < keyCount; i += 1) this.#readEntry();
    readTensors(reader, tensorCount, this.tensors);
    this.structureEnd = reader.offset;
    this.#coverData();
  }

  describe(shape: GgufShape): GgufFile {
    return {
      version: shape.version,
      endianness: shape.littleEndian ? 'little' : 'big',
      alignment: this.alignment,
      structureEnd: this.structureEnd,
      keys: this.#orderedKeys,
      tensors: this.tensors,
      dataStart: this.#dataStart,
      faults: this.#reader.faults.faults,
    };
  }

  #count(what: string, leastBytes: number): number {
    const count = this.#reader.countOf(what, leastBytes);
    const { maxGgufEntries } = this.#context.limits;
    if (count > maxGgufEntries) throw LimitError.of('maxGgufEntries', maxGgufEntries, count);
    this.structureEnd = this.#reader.offset;
    return count;
  }

  #readEntry(): void {
    const reader = this.#reader;
    const start = reader.offset;
    const written = reader.string('a key');
    const keySpan = { start, end: reader.offset };
    // llama.cpp hands keys on as C strings: whatever follows a zero is no part of the name any more.
    const key = written.split('\0', 1)[0] ?? '';
    if (key !== written) reader.faults.add('zero-in-key', `a key goes on behind a zero: ${key}`, keySpan, key);
    if (key === '') reader.faults.add('empty-key', 'a key without a name', keySpan);
    if (this.#keys.has(key)) reader.faults.add('duplicate-key', `two values for ${key}`, keySpan, key);
    this.#keys.add(key);
    this.#orderedKeys.push(key);
    const { type, node } = readValue(reader, key);
    if (node !== undefined) this.entries.push({ key, value: node, keySpan });
    if (written === 'general.alignment') this.#setAlignment(type, node, start);
    this.structureEnd = reader.offset;
    this.#context.budget.checkTime();
  }

  /** ggml insists on a uint32 that is a power of two; with anything else the default is assumed for looking on. */
  #setAlignment(type: number, node: DocumentNode | undefined, start: number): void {
    const value = node?.kind === 'scalar' ? node.value : undefined;
    if (type === UINT32 && typeof value === 'number' && value <= MAX_ALIGNMENT && Number.isInteger(Math.log2(value))) {
      this.alignment = value;
      return;
    }
    const span = { start, end: this.#reader.offset };
    this.#reader.faults.add(
      'bad-alignment',
      `alignment ${String(value)} of value type ${type}`,
      span,
      'general.alignment',
    );
  }

  #coverData(): void {
    const { source } = this.#context;
    const fileSize = source.size;
    const dataStart = Math.ceil(this.structureEnd / this.alignment) * this.alignment;
    this.#dataStart = dataStart;
    const area = { dataStart, fileSize, alignment: this.alignment };
    const { spans, end } = checkLayout(this.tensors, area, this.#reader.faults);
    this.#context.cover(this.structureEnd, Math.min(dataStart, fileSize), 'padding');
    for (const span of spans) this.#context.cover(span.start, span.end, 'payload');
    if (end < fileSize) this.#tail(end, fileSize);
    this.#detail(end - dataStart);
  }

  /** Bytes after the last tensor are nobody's: they stay unaccounted for, but are looked at in case they are a file. */
  #tail(start: number, end: number): void {
    const detail = `${end - start} bytes follow the last tensor`;
    this.#reader.faults.add('trailing-bytes', detail, { start, end });
    const source = new SliceSource(this.#context.source, start);
    this.#context.member({ name: `bytes@${start}`, source, role: 'constant', offset: start });
  }

  #detail(dataBytes: number): void {
    this.#context.detail('tensors', this.tensors.length);
    this.#context.detail('tensorBytes', Math.max(0, dataBytes));
  }
}
