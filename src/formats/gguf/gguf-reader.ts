import { Cursor } from '../../bytes/cursor.ts';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import type { Source } from '../../bytes/source.ts';
import { FaultLog } from '../structure-fault.ts';
import type { GgufFaultCode } from './gguf-file.ts';

const text = new TextDecoder('utf-8', { ignoreBOM: true });

/** Numbers and strings of a GGUF file in its byte order; version 1 counted with 32 bits where later ones use 64. */
export class GgufReader {
  readonly faults: FaultLog<GgufFaultCode>;
  readonly #cursor: Cursor;
  readonly #size: number;
  readonly #littleEndian: boolean;
  readonly #wideCounts: boolean;
  #keptBytes = 0;
  readonly #limits: Limits;

  constructor(source: Source, shape: GgufShape, limits: Limits) {
    this.#cursor = new Cursor(source);
    this.#size = source.size;
    this.#littleEndian = shape.littleEndian;
    this.#wideCounts = shape.version > 1;
    this.#limits = limits;
    this.faults = new FaultLog(limits.maxFindingsPerRule);
  }

  get offset(): number {
    return this.#cursor.offset;
  }

  get remaining(): number {
    return Math.max(0, this.#size - this.#cursor.offset);
  }

  seek(offset: number): void {
    this.#cursor.seek(offset);
  }

  view(bytes: number): DataView {
    const copy = this.#cursor.bytes(bytes);
    return new DataView(copy.buffer, copy.byteOffset, copy.length);
  }

  get littleEndian(): boolean {
    return this.#littleEndian;
  }

  u32(): number {
    return this.view(4).getUint32(0, this.#littleEndian);
  }

  u64(): bigint {
    return this.view(8).getBigUint64(0, this.#littleEndian);
  }

  /** A count or length: 32 bits wide in version 1, 64 after it. */
  count(): bigint {
    return this.#wideCounts ? this.u64() : BigInt(this.u32());
  }

  /** Bytes a count takes: the least any string needs. */
  get countBytes(): number {
    return this.#wideCounts ? 8 : 4;
  }

  /**
   * A count of things that take at least `leastBytes` each.
   * @throws FormatError `malformed`, after noting the fault, when the rest of the file cannot hold them.
   */
  countOf(what: string, leastBytes: number, pointer?: string): number {
    const offset = this.offset;
    const count = this.count();
    this.mustFit(count * BigInt(leastBytes), `${count} ${what}`, offset, pointer);
    return Number(count);
  }

  /** @throws FormatError `malformed`, after noting the fault, when fewer than `bytes` are left. */
  mustFit(bytes: bigint, what: string, offset: number, pointer?: string): void {
    if (bytes <= BigInt(this.remaining)) return;
    const found = `${what}, which ${this.remaining} bytes cannot hold`;
    this.faults.add('count-beyond-file', found, { start: offset, end: this.offset }, pointer);
    throw FormatError.of('malformed', { expected: 'a count the file can hold', found, offset });
  }

  /** A string kept in memory. Bytes that are not UTF-8 become U+FFFD, as vocabularies hold partial characters. */
  string(what: string, pointer?: string): string {
    const length = this.countOf(`bytes of ${what}`, 1, pointer);
    const { maxGgufStringBytes, maxTableBytes } = this.#limits;
    if (length > maxGgufStringBytes) throw LimitError.of('maxGgufStringBytes', maxGgufStringBytes, length);
    this.#keptBytes += length;
    if (this.#keptBytes > maxTableBytes) throw LimitError.of('maxTableBytes', maxTableBytes, this.#keptBytes);
    return text.decode(this.#cursor.bytes(length));
  }

  skipString(what: string, pointer: string): void {
    this.#cursor.skip(this.countOf(`bytes of ${what}`, 1, pointer));
  }

  skip(bytes: number): void {
    this.#cursor.skip(bytes);
  }
}

export interface GgufShape {
  readonly version: number;
  readonly littleEndian: boolean;
}
