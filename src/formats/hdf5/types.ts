import type { H5Reader } from './h5-reader.ts';

/** Datatype classes that matter (specification, IV.A.2.d). */
const CLASS_STRING = 3;
const CLASS_OPAQUE = 5;
const CLASS_VLEN = 9;
const VLEN_STRING = 1;

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

/** Number of elements: the product of the dimensions of the dataspace at the cursor; 1 for a scalar, 0 for none. */
export function readDataspace(reader: H5Reader): bigint {
  const version = reader.u8();
  const rank = reader.u8();
  reader.skip(1);
  const kind = reader.u8();
  if (version === 1) reader.skip(4);
  else if (kind === 2) return 0n;
  let elements = 1n;
  for (let i = 0; i < rank; i += 1) elements *= reader.lengthOrUnlimited();
  return elements;
}
