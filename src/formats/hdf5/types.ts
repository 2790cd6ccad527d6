import { FormatError } from '../../bytes/errors.ts';
import type { H5Reader } from './h5-reader.ts';

/** Datatype classes that matter (specification, IV.A.2.d). */
const CLASS_STRING = 3;
const CLASS_OPAQUE = 5;
const CLASS_VLEN = 9;
const VLEN_STRING = 1;
const MAX_RANK = 32;
const HAS_MAXIMA = 0x01;
const NULL_SPACE = 2;

export interface Datatype {
  /** Bytes of one element. */
  readonly size: number;
  /** How text is stored: in place, in the global heap, or not at all. Opaque bytes count as text in place. */
  readonly text: 'fixed' | 'variable' | 'none';
}

/** Reads the datatype at the cursor, as far as it matters. */
export function readDatatype(reader: H5Reader): Datatype {
  const classAndVersion = reader.u8();
  const bits = reader.u8();
  reader.skip(2);
  const size = reader.u32();
  const kind = classAndVersion & 0x0f;
  if (kind === CLASS_STRING || kind === CLASS_OPAQUE) return { size, text: 'fixed' };
  return { size, text: kind === CLASS_VLEN && (bits & 0x0f) === VLEN_STRING ? 'variable' : 'none' };
}

/** The shape of a data set or attribute, now and as far as it may grow. */
export interface Dataspace {
  /** Sizes of the axes; a number too large to be exact is as good as any other that no file can hold. */
  readonly dimensions: readonly number[];
  /** Infinite where an axis has no end. */
  readonly maxDimensions: readonly number[];
  /** Their product; 1 for a scalar, 0 for nothing at all. */
  readonly elements: bigint;
  /** True for the space of nothing, which is no scalar and has no axes. */
  readonly isNull: boolean;
}

/** Reads the dataspace at the cursor (specification, IV.A.2.b). @throws FormatError */
export function readDataspace(reader: H5Reader): Dataspace {
  const start = reader.position;
  const version = reader.u8();
  const rank = reader.u8();
  const flags = reader.u8();
  const kind = reader.u8();
  if (rank > MAX_RANK) {
    throw FormatError.of('malformed', { expected: 'at most 32 axes', found: `${rank}`, offset: start });
  }
  if (version === 1) reader.skip(4);
  else if (kind === NULL_SPACE) return { dimensions: [], maxDimensions: [], elements: 0n, isNull: true };
  const sizes = Array.from({ length: rank }, () => reader.lengthOrUnlimited());
  const endless = 2n ** BigInt(8 * reader.widths.lengthBytes) - 1n;
  const maxima = (flags & HAS_MAXIMA) === 0 ? sizes : Array.from({ length: rank }, () => reader.lengthOrUnlimited());
  return {
    dimensions: sizes.map(Number),
    maxDimensions: maxima.map((size) => (size === endless ? Number.POSITIVE_INFINITY : Number(size))),
    elements: sizes.reduce((product, size) => product * size, 1n),
    isNull: false,
  };
}
