import { Cursor } from '../../bytes/cursor.ts';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import { readBytes } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import type { CoverageRole, ParseContext } from '../format.ts';

const latin1 = new TextDecoder('latin1');
const NODES_PER_TIME_CHECK = 256;

/** Widths the superblock declares for addresses and lengths, and what addresses count from. */
export interface H5Widths {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly base: number;
}

/** Reads the numbers and blocks of an HDF5 file; addresses count from the superblock's base address. */
export class H5Reader {
  readonly context: ParseContext;
  readonly widths: H5Widths;
  readonly #cursor: Cursor;
  #nodes = 0;

  constructor(context: ParseContext, widths: H5Widths) {
    this.context = context;
    this.widths = widths;
    this.#cursor = new Cursor(context.source);
  }

  /** The position in the file, not an address. */
  get position(): number {
    return this.#cursor.offset;
  }

  seek(position: number): void {
    this.#cursor.seek(position);
  }

  skip(bytes: number): void {
    this.#cursor.skip(bytes);
  }

  u8(): number {
    return this.#cursor.u8();
  }

  u16(): number {
    return this.#cursor.u16();
  }

  u32(): number {
    return this.#cursor.u32();
  }

  /** A little-endian number of any width up to 8. @throws FormatError when it is 2^53 or more */
  uint(width: number): number {
    const offset = this.position;
    let value = 0n;
    const bytes = this.#cursor.bytes(width);
    for (let i = width - 1; i >= 0; i -= 1) value = value * 256n + BigInt(bytes[i] as number);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw FormatError.of('malformed', { expected: 'a number below 2^53', found: `${value}`, offset });
    }
    return Number(value);
  }

  length(): number {
    return this.uint(this.widths.lengthBytes);
  }

  /** A length that may be "unlimited", all ones. */
  lengthOrUnlimited(): bigint {
    return wide(this.#cursor.bytes(this.widths.lengthBytes));
  }

  /** An address; undefined when it is the "undefined address", all ones. */
  address(): number | undefined {
    const offset = this.position;
    const bytes = this.#cursor.bytes(this.widths.offsetBytes);
    if (bytes.every((byte) => byte === 0xff)) return undefined;
    const value = wide(bytes);
    if (value > BigInt(Number.MAX_SAFE_INTEGER - this.widths.base)) {
      throw FormatError.of('malformed', { expected: 'an address below 2^53', found: `${value}`, offset });
    }
    return Number(value);
  }

  /** The position of an address. @throws FormatError when it is outside the file */
  locate(address: number): number {
    const position = this.widths.base + address;
    if (position < this.context.source.size) return position;
    const found = `address ${address}`;
    throw FormatError.of('malformed', { expected: 'an address inside the file', found, offset: this.position });
  }

  /** Moves to the block at `address`, which must start with `signature`, and counts it towards the limit. */
  block(address: number, signature: string): number {
    this.countNode();
    const start = this.locate(address);
    this.#cursor.seek(start);
    const found = latin1.decode(this.#cursor.bytes(signature.length));
    if (found !== signature) {
      throw FormatError.of('malformed', {
        expected: `the signature ${signature}`,
        found: JSON.stringify(found),
        offset: start,
      });
    }
    return start;
  }

  /** @throws LimitError `maxHdf5Nodes`, or when time is over */
  countNode(): void {
    this.#nodes += 1;
    const { maxHdf5Nodes } = this.context.limits;
    if (this.#nodes > maxHdf5Nodes) throw LimitError.of('maxHdf5Nodes', maxHdf5Nodes, this.#nodes);
    if (this.#nodes % NODES_PER_TIME_CHECK === 0) this.context.budget.checkTime();
  }

  /** @throws LimitError `maxDocumentBytes`, since nothing but text is read this way */
  bytes(length: number): Uint8Array {
    const { maxDocumentBytes } = this.context.limits;
    if (length > maxDocumentBytes) throw LimitError.of('maxDocumentBytes', maxDocumentBytes, length);
    return this.#cursor.bytes(length);
  }

  /** The text up to a NUL or `maxBytes`, from a position; leaves the cursor alone. */
  textAt(position: number, maxBytes: number): string {
    const bytes = readBytes(this.context.source, position, maxBytes);
    const end = bytes.indexOf(0);
    return decode(bytes.subarray(0, end < 0 ? bytes.length : end));
  }

  cover(span: Span, role: CoverageRole = 'structure'): void {
    this.context.cover(span.start, Math.min(span.end, this.context.source.size), role);
  }

  /** Accounts for `bytes` from `start` on. */
  coverBytes(start: number, bytes: number, role: CoverageRole = 'structure'): void {
    this.cover({ start, end: start + bytes }, role);
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text of a name or string, whatever the bytes; broken UTF-8 becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

function wide(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i -= 1) value = value * 256n + BigInt(bytes[i] as number);
  return value;
}
