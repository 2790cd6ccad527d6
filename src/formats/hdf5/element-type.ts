import { FormatError } from '../../bytes/errors.ts';
import type { H5Reader } from './h5-reader.ts';

/** What the elements of a data set are: numbers with the bits of a safetensors dtype, text, or something else. */
export type ElementType =
  | { readonly kind: 'number'; readonly dtype: string; readonly bytes: number; readonly isBigEndian: boolean }
  | { readonly kind: 'text' | 'other'; readonly what: string; readonly bytes: number };

const FIXED_POINT = 0;
const FLOATING_POINT = 1;
const COMPOUND = 6;
const ENUMERATED = 8;
const VARIABLE_LENGTH = 9;
/** What else there is, by class (specification, IV.A.2.d). */
const OTHERS: Readonly<Record<number, { readonly kind: 'text' | 'other'; readonly what: string }>> = {
  2: { kind: 'other', what: 'times' },
  3: { kind: 'text', what: 'text' },
  4: { kind: 'other', what: 'bit fields' },
  5: { kind: 'other', what: 'opaque bytes' },
  7: { kind: 'text', what: 'references' },
  10: { kind: 'other', what: 'arrays' },
  11: { kind: 'other', what: 'complex numbers of HDF5 2.0' },
};
/** Members of a compound or enumeration that are looked at; complex numbers and truth values have two. */
const MAX_MEMBERS = 2;
const MAX_NAME_BYTES = 64;

/** Sign, exponent and mantissa of the formats that have a dtype: places, sizes and bias in the order of the message. */
const FLOATS: ReadonlyMap<string, string> = new Map([
  ['2 0 16 15 10 5 0 10 15', 'F16'],
  ['2 0 16 15 7 8 0 7 127', 'BF16'],
  ['4 0 32 31 23 8 0 23 127', 'F32'],
  ['8 0 64 63 52 11 0 52 1023', 'F64'],
]);

interface Head {
  readonly version: number;
  readonly kind: number;
  readonly bits: number;
  readonly sign: number;
  readonly bytes: number;
}

/** Reads the datatype at the cursor. @throws FormatError */
export function readElementType(reader: H5Reader): ElementType {
  const head = readHead(reader);
  switch (head.kind) {
    case FIXED_POINT:
      return integer(reader, head);
    case FLOATING_POINT:
      return float(reader, head);
    case ENUMERATED:
      return enumeration(reader, head);
    case COMPOUND:
      return compound(reader, head);
    case VARIABLE_LENGTH:
      return { kind: 'text', what: 'values of variable length', bytes: head.bytes };
    default: {
      const other = OTHERS[head.kind] ?? { kind: 'other' as const, what: `elements of class ${head.kind}` };
      return { ...other, bytes: head.bytes };
    }
  }
}

function readHead(reader: H5Reader): Head {
  const offset = reader.position;
  const first = reader.u8();
  const bits = reader.u8();
  const sign = reader.u8();
  reader.skip(1);
  const head = { version: first >>> 4, kind: first & 0x0f, bits, sign, bytes: reader.u32() };
  if (head.version >= 1 && head.version <= 5) return head;
  throw FormatError.of('unsupported', { feature: `HDF5 datatype version ${head.version}`, offset });
}

function other(what: string, { bytes }: Head): ElementType {
  return { kind: 'other', what, bytes };
}

function integer(reader: H5Reader, head: Head): ElementType {
  const { bits, bytes } = head;
  const [offset, precision] = [reader.u16(), reader.u16()];
  const isWhole = offset === 0 && precision === 8 * bytes && [1, 2, 4, 8].includes(bytes);
  if (!isWhole) return other(`integers of ${precision} bits in ${bytes} bytes`, head);
  const dtype = `${(bits & 0x08) === 0 ? 'U' : 'I'}${precision}`;
  return { kind: 'number', dtype, bytes, isBigEndian: (bits & 0x01) !== 0 };
}

function float(reader: H5Reader, head: Head): ElementType {
  const { bits, sign, bytes } = head;
  const [offset, precision] = [reader.u16(), reader.u16()];
  const [exponentAt, exponentBits, mantissaAt, mantissaBits] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  const bias = reader.u32();
  const shape = [bytes, offset, precision, sign, exponentAt, exponentBits, mantissaAt, mantissaBits, bias].join(' ');
  const dtype = FLOATS.get(shape);
  // Bit 6 with bit 0 is the order of a VAX; bits 4 and 5 say 2 when the first bit of the mantissa is implied.
  const isUsual = (bits & 0x40) === 0 && (bits & 0x30) === 0x20;
  if (dtype === undefined || !isUsual) return other(`floating-point numbers of ${precision} bits`, head);
  return { kind: 'number', dtype, bytes, isBigEndian: (bits & 0x01) !== 0 };
}

/** h5py keeps truth values as an enumeration of two 8-bit integers. Others are numbers, too, with names for some. */
function enumeration(reader: H5Reader, head: Head): ElementType {
  const members = head.bits + 256 * head.sign;
  const base = readElementType(reader);
  if (base.kind !== 'number' || members !== MAX_MEMBERS) return other('enumerations', head);
  const names = Array.from({ length: members }, () => readName(reader, head.version));
  const values = Array.from({ length: members }, () => reader.uint(base.bytes));
  const isTruth = base.bytes === 1 && names.join() === 'FALSE,TRUE' && values.join() === '0,1';
  return isTruth ? { ...base, dtype: 'BOOL' } : other('enumerations', head);
}

/** h5py keeps complex numbers as a compound of `r` and `i`. */
function compound(reader: H5Reader, head: Head): ElementType {
  const members = head.bits + 256 * head.sign;
  if (members !== MAX_MEMBERS) return other('compounds', head);
  const parts: ElementType[] = [];
  const names: string[] = [];
  for (let i = 0; i < members; i += 1) {
    names.push(readName(reader, head.version));
    const at = head.version < 3 ? reader.u32() : reader.uint(bytesFor(head.bytes));
    // Members of version 1 may be small arrays of their own.
    const axes = head.version === 1 ? reader.u8() : 0;
    if (head.version === 1) reader.skip(27);
    const part = readElementType(reader);
    if (at !== i * part.bytes || axes !== 0) return other('compounds', head);
    parts.push(part);
  }
  return complex(names, parts, head);
}

function complex(names: readonly string[], [real, imaginary]: readonly ElementType[], head: Head): ElementType {
  const isComplex = names.join() === 'r,i' && real?.kind === 'number' && imaginary?.kind === 'number';
  if (!isComplex || real.dtype !== imaginary.dtype || real.isBigEndian !== imaginary.isBigEndian) {
    return other('compounds', head);
  }
  if (real.dtype !== 'F32' || head.bytes !== 8) return other(`complex numbers of two ${real.dtype}`, head);
  return { kind: 'number', dtype: 'C64', bytes: 8, isBigEndian: real.isBigEndian };
}

/** A name ended by NUL; before version 3 it is padded to a multiple of 8 bytes. */
function readName(reader: H5Reader, version: number): string {
  const at = reader.position;
  const name = reader.textAt(at, MAX_NAME_BYTES);
  const bytes = new TextEncoder().encode(name).length + 1;
  reader.seek(at + (version < 3 ? Math.ceil(bytes / 8) * 8 : bytes));
  return name;
}

function bytesFor(size: number): number {
  return Math.floor(Math.log2(Math.max(1, size)) / 8) + 1;
}
