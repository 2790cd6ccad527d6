import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import { type DocumentNode, get, stringOf } from '../document.ts';
import { defineFormat, type ParseContext } from '../format.ts';
import { spelledShape, type DtypeShape } from '../pickle/numpy-dtype.ts';
import { examinePickle } from '../pickle/stream.ts';
import { parsePythonLiteral } from '../python-literal.ts';

const MAGIC = [0x93, ...Array.from('NUMPY', (letter) => letter.charCodeAt(0))];
/** numpy refuses longer headers unless told otherwise (numpy/lib/format.py, _MAX_HEADER_SIZE); leave it some room. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
  readonly dtype: DtypeShape;
  /** Offset of the array's first byte. */
  readonly dataStart: number;
}

/** NumPy array file, versions 1 to 3 (numpy/lib/format.py): header text, then raw items, or a pickle for items that are objects. */
export const npy = defineFormat({
  id: 'npy',
  title: 'NumPy array',
  extensions: ['.npy'],
  detect: (probe) => (probe.startsWith(MAGIC) ? 'certain' : null),
  parse(context) {
    const header = readHeader(context);
    context.cover(0, header.dataStart, 'structure');
    context.detail('array', { shape: header.shape, objects: header.dtype.hasObject });
    context.emit('npy', header);
    if (header.dtype.hasObject) examinePickle(context, { start: header.dataStart });
    else coverItems(context, header);
  },
});

function coverItems(context: ParseContext, header: NpyHeader): void {
  const count = header.shape.reduce((product, dimension) => product * dimension, 1);
  const end = header.dataStart + count * header.dtype.itemBytes;
  const { size } = context.source;
  context.cover(header.dataStart, Math.min(end, size), 'payload');
  if (!(end <= size))
    throw FormatError.of('truncated', { wanted: end - header.dataStart, offset: header.dataStart, size });
}

function readHeader(context: ParseContext): NpyHeader {
  const cursor = new Cursor(context.source, { offset: MAGIC.length });
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
  const root = parsePythonLiteral(text.trim(), context.limits);
  return { ...readFields(root, start), dataStart: start + length };
}

function readFields(root: DocumentNode, offset: number): Omit<NpyHeader, 'dataStart'> {
  const shapeNode = get(root, 'shape');
  const orderNode = get(root, 'fortran_order');
  const shape = shapeNode?.kind === 'list' ? shapeNode.items.map(dimensionOf) : [Number.NaN];
  const dtype = dtypeOf(get(root, 'descr'));
  if (dtype === undefined || shape.some(Number.isNaN) || orderNode?.kind !== 'scalar') {
    throw FormatError.of('malformed', { expected: 'descr, fortran_order and shape', found: 'another header', offset });
  }
  return { shape, dtype, fortranOrder: orderNode.value === true };
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
