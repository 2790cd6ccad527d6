import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import type { Source } from '../../bytes/source.ts';
import { type DocumentNode, get, stringOf } from '../document.ts';
import { spelledShape, type DtypeShape } from '../pickle/numpy-dtype.ts';
import { parsePythonLiteral } from '../python-literal.ts';

export const MAGIC = [0x93, ...Array.from('NUMPY', (letter) => letter.charCodeAt(0))];
/** numpy refuses longer headers unless told otherwise (numpy/lib/format.py, _MAX_HEADER_SIZE); leave it some room. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
  readonly dtype: DtypeShape;
  /** The dtype as it is written (`<f4`); undefined for structures and subarrays. */
  readonly descr: string | undefined;
  /** Offset of the array's first byte. */
  readonly dataStart: number;
}

/** Reads the header of a `.npy` file. @throws FormatError */
export function readNpyHeader(source: Source, limits: Limits): NpyHeader {
  const cursor = new Cursor(source, { offset: MAGIC.length });
  const major = cursor.u8();
  cursor.u8();
  if (major < 1 || major > 3) throw FormatError.of('unsupported', { feature: `npy version ${major}`, offset: 6 });
  const length = major === 1 ? cursor.u16() : cursor.u32();
  const start = cursor.offset;
  if (length > MAX_HEADER_BYTES) {
    throw FormatError.of('malformed', {
      expected: `a header of at most ${MAX_HEADER_BYTES} bytes`,
      found: `${length}`,
      offset: start,
    });
  }
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(cursor.bytes(length));
  const root = parsePythonLiteral(text.trim(), limits);
  return { ...readFields(root, start), dataStart: start + length };
}

function readFields(root: DocumentNode, offset: number): Omit<NpyHeader, 'dataStart'> {
  const shapeNode = get(root, 'shape');
  const orderNode = get(root, 'fortran_order');
  const shape = shapeNode?.kind === 'list' ? shapeNode.items.map(dimensionOf) : [Number.NaN];
  const descrNode = get(root, 'descr');
  const dtype = dtypeOf(descrNode);
  if (
    dtype === undefined ||
    shape.some(Number.isNaN) ||
    orderNode?.kind !== 'scalar' ||
    typeof orderNode.value !== 'boolean'
  ) {
    throw FormatError.of('malformed', { expected: 'descr, fortran_order and shape', found: 'another header', offset });
  }
  return { shape, dtype, descr: stringOf(descrNode), fortranOrder: orderNode.value };
}

function dimensionOf(node: DocumentNode): number {
  const value = node.kind === 'scalar' ? node.value : null;
  const size = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(size) && size >= 0 ? size : Number.NaN;
}

/** A dtype: text, or a list of fields `(name, dtype[, shape])`, nested. Depth is bounded by the literal's parser. */
function dtypeOf(node: DocumentNode | undefined): DtypeShape | undefined {
  const text = stringOf(node);
  if (text !== undefined) return spelledShape(text);
  if (node?.kind !== 'list') return undefined;
  // A subarray is a pair (dtype, shape); a structure is a list of fields.
  const [first, second] = node.items;
  if (node.items.length === 2 && first !== undefined && stringOf(first) !== undefined && second?.kind === 'list') {
    return repeated(dtypeOf(first), second);
  }
  let itemBytes = 0;
  let hasObject = false;
  for (const field of node.items) {
    const shape = fieldShape(field);
    if (shape === undefined) return undefined;
    itemBytes += shape.itemBytes;
    hasObject ||= shape.hasObject;
  }
  return { itemBytes, hasObject };
}

function fieldShape(field: DocumentNode): DtypeShape | undefined {
  if (field.kind !== 'list') return undefined;
  const [, dtype, shape] = field.items;
  const item = dtypeOf(dtype);
  return shape === undefined ? item : repeated(item, shape);
}

function repeated(item: DtypeShape | undefined, shape: DocumentNode): DtypeShape | undefined {
  if (item === undefined) return undefined;
  const dimensions = shape.kind === 'list' ? shape.items.map(dimensionOf) : [dimensionOf(shape)];
  return { itemBytes: dimensions.reduce((product, size) => product * size, item.itemBytes), hasObject: item.hasObject };
}
