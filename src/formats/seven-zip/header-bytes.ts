import { FormatError } from '../../bytes/errors.ts';

/** Reads the packed structures of a 7z header that is in memory. Every method throws FormatError `truncated`. */
export class HeaderBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** The format's own number: leading one bits of the first byte count the bytes that follow. */
  number(): number {
    const first = this.u8();
    let value = 0;
    for (let i = 0; i < 8; i += 1) {
      const mask = 0x80 >> i;
      if ((first & mask) === 0) return value + (first & (mask - 1)) * 2 ** (8 * i);
      value += this.u8() * 2 ** (8 * i);
    }
    return value;
  }

  /** A number of things, each of which takes at least `itemBits` bits of what is left. */
  count(itemBits = 8): number {
    const value = this.number();
    if (value * itemBits > this.left * 8) this.bad(`at most ${this.left} items`, `${value}`);
    return value;
  }

  /** One bit for each of `count` items, highest first. */
  bits(count: number): boolean[] {
    const bytes = this.bytes(Math.ceil(count / 8));
    return Array.from({ length: count }, (_, i) => ((bytes[i >> 3] as number) & (0x80 >> (i & 7))) !== 0);
  }

  /** As `bits`, unless a first byte says that all are set. */
  optionalBits(count: number): boolean[] {
    return this.u8() === 0 ? this.bits(count) : Array.from({ length: count }, () => true);
  }

  expect(id: number, what: string): void {
    const found = this.u8();
    if (found !== id) this.bad(what, `id ${found}`);
  }

  bad(expected: string, found: string): never {
    throw FormatError.of('malformed', { expected, found, offset: this.#at });
  }

  #take(length: number): number {
    if (!(length >= 0 && length <= this.left)) {
      throw FormatError.of('truncated', { wanted: length, offset: this.#at, size: this.#bytes.length });
    }
    this.#at += length;
    return this.#at - length;
  }
}
