import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Budget } from '../../bytes/limits.ts';
import { SliceSource, type Source } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import { type ChunkReader, StreamSource } from '../../bytes/stream-source.ts';
import { readVarint } from '../../formats/protobuf.ts';

const CHUNK_BYTES = 64 * 1024;

/** Several ranges of a source, one after the other. */
export class PiecesSource implements Source {
  readonly size: number;
  readonly #pieces: readonly { readonly at: number; readonly source: Source; readonly length: number }[];

  constructor(source: Source, spans: readonly Span[]) {
    let at = 0;
    this.#pieces = spans.map(({ start, end }) => {
      const piece = { at, source: new SliceSource(source, start, end - start), length: end - start };
      at += piece.length;
      return piece;
    });
    this.size = at;
  }

  read(offset: number, into: Uint8Array): number {
    let done = 0;
    for (const { at, source, length } of this.#pieces) {
      const from = offset + done - at;
      if (from >= length || done === into.length) continue;
      const got = source.read(from, into.subarray(done, done + length - from));
      done += got;
      if (got < length - from) break;
    }
    return done;
  }
}

/** What a list of varints is decoded to. */
export interface VarintList {
  readonly source: Source;
  readonly spans: readonly Span[];
  /** Bytes of one decoded value, of which the lowest are kept. */
  readonly itemBytes: number;
  readonly byteLength: number;
  readonly name: string;
}

/** Small integers, halves and 8-bit floats stand in typed fields as varints; decoded when somebody asks for them. */
export function decodedVarints(list: VarintList, budget: Budget): Source {
  return new StreamSource(() => new VarintReader(list), budget, { declaredSize: list.byteLength });
}

class VarintReader implements ChunkReader {
  consumedBytes = 0;
  readonly #list: VarintList;
  #span = 0;
  #cursor: Cursor | undefined;
  #produced = 0;

  constructor(list: VarintList) {
    this.#list = list;
  }

  /** @throws FormatError when there are more or fewer values than the tensor has, or one does not fit. */
  next(): Uint8Array | null {
    const { itemBytes, byteLength, name } = this.#list;
    const chunk = new Uint8Array(CHUNK_BYTES);
    let filled = 0;
    while (filled < chunk.length) {
      const value = this.#value();
      if (value === undefined) break;
      this.#put(chunk, filled, value);
      filled += itemBytes;
    }
    this.#produced += filled;
    const isOver = this.#produced > byteLength || (filled === 0 && this.#produced < byteLength);
    if (isOver) {
      const found = `${this.#produced / itemBytes}`;
      const offset = this.#list.spans[0]?.start ?? 0;
      throw FormatError.of('malformed', { expected: `${byteLength / itemBytes} values of ${name}`, found, offset });
    }
    return filled === 0 ? null : chunk.subarray(0, filled);
  }

  #value(): bigint | undefined {
    for (;;) {
      const span = this.#list.spans[this.#span];
      if (span === undefined) return undefined;
      this.#cursor ??= new Cursor(this.#list.source, { offset: span.start, end: span.end });
      const before = this.#cursor.offset;
      if (before < span.end) {
        const value = readVarint(this.#cursor);
        this.consumedBytes += this.#cursor.offset - before;
        return value;
      }
      this.#span += 1;
      this.#cursor = undefined;
    }
  }

  /** Negative numbers are sign-extended to 64 bits, so the lowest bytes are the number whatever its sign. */
  #put(chunk: Uint8Array, at: number, value: bigint): void {
    const { itemBytes, name } = this.#list;
    const bits = BigInt(8 * itemBytes);
    const signed = BigInt.asIntN(64, value);
    const fits = value < 1n << bits || (signed < 0n && signed >= -(1n << (bits - 1n)));
    if (!fits) {
      const offset = this.#cursor?.offset ?? 0;
      const expected = `a value of ${itemBytes} bytes in ${name}`;
      throw FormatError.of('malformed', { expected, found: `${signed}`, offset });
    }
    let rest = Number(BigInt.asUintN(32, value));
    const upper = itemBytes === 8 ? Number(BigInt.asUintN(64, value) >> 32n) : 0;
    for (let i = 0; i < itemBytes; i += 1) {
      if (i === 4) rest = upper;
      chunk[at + i] = rest & 0xff;
      rest = Math.floor(rest / 256);
    }
  }
}
