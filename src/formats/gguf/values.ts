import { FormatError } from '../../bytes/errors.ts';
import type { DocumentNode, ScalarNode } from '../document.ts';
import type { GgufReader } from './gguf-reader.ts';

/** Arrays up to this length are kept for judging; longer ones are vocabularies and merges, walked but not kept. */
const MAX_KEPT_ITEMS = 256;

const STRING = 8;
const ARRAY = 9;
const BOOL = 7;

type ScalarReader = (view: DataView, littleEndian: boolean) => ScalarNode['value'];

interface ScalarType {
  readonly bytes: number;
  readonly read: ScalarReader;
}

/** Value types of fixed size, by the number a file stores (gguf.h, `enum gguf_type`). */
const scalarTypes: ReadonlyMap<number, ScalarType> = new Map<number, ScalarType>([
  [0, { bytes: 1, read: (view) => view.getUint8(0) }],
  [1, { bytes: 1, read: (view) => view.getInt8(0) }],
  [2, { bytes: 2, read: (view, little) => view.getUint16(0, little) }],
  [3, { bytes: 2, read: (view, little) => view.getInt16(0, little) }],
  [4, { bytes: 4, read: (view, little) => view.getUint32(0, little) }],
  [5, { bytes: 4, read: (view, little) => view.getInt32(0, little) }],
  [6, { bytes: 4, read: (view, little) => view.getFloat32(0, little) }],
  [BOOL, { bytes: 1, read: (view) => view.getUint8(0) !== 0 }],
  [10, { bytes: 8, read: (view, little) => view.getBigUint64(0, little) }],
  [11, { bytes: 8, read: (view, little) => view.getBigInt64(0, little) }],
  [12, { bytes: 8, read: (view, little) => view.getFloat64(0, little) }],
]);

/** The value of one key: its type as stored, and its node; long arrays have none. */
export interface GgufValue {
  readonly type: number;
  readonly node: DocumentNode | undefined;
}

/** Reads the value of `key`, its type first. @throws FormatError when what follows cannot be found for want of a known size. */
export function readValue(reader: GgufReader, key: string): GgufValue {
  const start = reader.offset;
  const type = reader.u32();
  if (type === ARRAY) return { type, node: readArray(reader, key, start) };
  if (type === STRING) {
    const value = reader.string(`the value of ${key}`, key);
    return { type, node: { kind: 'scalar', value, span: { start, end: reader.offset } } };
  }
  return { type, node: readScalar(reader, scalarType(reader, type, key, start), key) };
}

function scalarType(reader: GgufReader, type: number, key: string, offset: number): ScalarType {
  const known = scalarTypes.get(type);
  if (known !== undefined) return known;
  const found = `value type ${type}`;
  reader.faults.add('unknown-value-type', `${key} has ${found}`, { start: offset, end: reader.offset }, key);
  throw FormatError.of('malformed', { expected: 'a value type from 0 to 12', found, offset });
}

function readScalar(reader: GgufReader, type: ScalarType, key: string): ScalarNode {
  const start = reader.offset;
  const view = reader.view(type.bytes);
  const span = { start, end: reader.offset };
  const value = type.read(view, reader.littleEndian);
  if (typeof value === 'boolean' && view.getUint8(0) > 1) {
    reader.faults.add('bad-boolean', `${key} holds byte ${view.getUint8(0)} as a boolean`, span, key);
  }
  return { kind: 'scalar', value, span };
}

function readArray(reader: GgufReader, key: string, start: number): DocumentNode | undefined {
  const type = reader.u32();
  if (type === ARRAY) {
    reader.faults.add('nested-array', `${key} is an array of arrays`, { start, end: reader.offset }, key);
    throw FormatError.of('malformed', { expected: 'an array of plain values', found: 'nested arrays', offset: start });
  }
  const scalar = type === STRING ? undefined : scalarType(reader, type, key, start);
  const count = reader.countOf(`items of ${key}`, scalar?.bytes ?? reader.countBytes, key);
  if (count > MAX_KEPT_ITEMS) return skipItems(reader, scalar, count, key);
  const items: ScalarNode[] = [];
  for (let i = 0; i < count; i += 1) items.push(readItem(reader, scalar, key));
  return { kind: 'list', items, span: { start, end: reader.offset } };
}

function readItem(reader: GgufReader, scalar: ScalarType | undefined, key: string): ScalarNode {
  if (scalar !== undefined) return readScalar(reader, scalar, key);
  const start = reader.offset;
  const value = reader.string(`an item of ${key}`, key);
  return { kind: 'scalar', value, span: { start, end: reader.offset } };
}

function skipItems(reader: GgufReader, scalar: ScalarType | undefined, count: number, key: string): undefined {
  if (scalar !== undefined) reader.skip(scalar.bytes * count);
  else for (let i = 0; i < count; i += 1) reader.skipString(`an item of ${key}`, key);
}
