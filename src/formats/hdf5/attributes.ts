import { FormatError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import type { GlobalHeap } from './global-heap.ts';
import { decode, type H5Reader } from './h5-reader.ts';
import { messageType } from './object-header.ts';
import { datatypeOf } from './shared-message.ts';
import { type Datatype, readDataspace } from './types.ts';

/** Strings of one attribute that are kept; lists of layer names have some hundreds. */
const MAX_STRINGS = 4096;
const PADDING = 8;
const SHARED_DATATYPE = 0x01;

/** An attribute with the strings it holds, and where they are. Numbers are not kept. */
export interface Attribute {
  readonly name: string;
  readonly strings: readonly { readonly text: string; readonly span: Span }[];
}

/** Reads the attribute message in `body` (specification, IV.A.2.m). @throws FormatError */
export function readAttribute(reader: H5Reader, heap: GlobalHeap, body: Span): Attribute {
  reader.seek(body.start);
  const version = reader.u8();
  if (version < 1 || version > 3) {
    throw FormatError.of('unsupported', { feature: `HDF5 attribute version ${version}`, offset: body.start });
  }
  const flags = reader.u8();
  const sizes = [reader.u16(), reader.u16(), reader.u16()];
  if (version === 3) reader.skip(1);
  const step = version === 1 ? PADDING : 1;
  const [nameBytes = 0, typeBytes = 0, spaceBytes = 0] = sizes.map((size) => Math.ceil(size / step) * step);
  const nameAt = reader.position;
  const dataAt = nameAt + nameBytes + typeBytes + spaceBytes;
  if (dataAt > body.end) throw FormatError.of('truncated', { wanted: dataAt - nameAt, offset: nameAt, size: body.end });
  const name = reader.textAt(nameAt, sizes[0] as number);
  const typeAt = { start: nameAt + nameBytes, end: nameAt + nameBytes + typeBytes };
  const isShared = version > 1 && (flags & SHARED_DATATYPE) !== 0;
  const type = datatypeOf(reader, { type: messageType.datatype, shared: isShared, body: typeAt });
  reader.seek(nameAt + nameBytes + typeBytes);
  const { elements } = readDataspace(reader);
  const count = elements > BigInt(MAX_STRINGS) ? MAX_STRINGS : Number(elements);
  return { name, strings: readStrings(reader, heap, { type, count, data: { start: dataAt, end: body.end } }) };
}

interface Values {
  readonly type: Datatype;
  readonly count: number;
  readonly data: Span;
}

function readStrings(reader: H5Reader, heap: GlobalHeap, { type, count, data }: Values): Attribute['strings'] {
  if (type.text === 'fixed') return fixedStrings(reader, data, count, type.size);
  return type.text === 'variable' ? variableStrings(reader, heap, data, count) : [];
}

function fixedStrings(reader: H5Reader, data: Span, count: number, size: number): Attribute['strings'] {
  const strings: { text: string; span: Span }[] = [];
  for (let i = 0; i < count && size > 0; i += 1) {
    const start = data.start + i * size;
    if (start + size > data.end) throw FormatError.of('truncated', { wanted: size, offset: start, size: data.end });
    reader.seek(start);
    strings.push(stringAt(reader, { start, end: start + size }));
  }
  return strings;
}

function variableStrings(reader: H5Reader, heap: GlobalHeap, data: Span, count: number): Attribute['strings'] {
  const references: { address: number; index: number }[] = [];
  reader.seek(data.start);
  for (let i = 0; i < count && reader.position < data.end; i += 1) {
    reader.skip(4);
    const address = reader.address();
    const index = reader.u32();
    if (address !== undefined && address !== 0) references.push({ address, index });
  }
  return references.map(({ address, index }) => stringAt(reader, heap.object(address, index)));
}

/** The string in `span`, without the NULs it is padded with. */
function stringAt(reader: H5Reader, span: Span): Attribute['strings'][number] {
  reader.seek(span.start);
  const bytes = reader.bytes(span.end - span.start);
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length -= 1;
  return { text: decode(bytes.subarray(0, length)), span: { start: span.start, end: span.start + length } };
}
