import { type Bytes, concat, le, padTo, toBytes } from './bytes.ts';

export interface Hdf5Link {
  readonly name: string;
  readonly kind: 'soft' | 'external';
  readonly file?: string;
  readonly path: string;
}

const UNDEFINED = le(-1, 8);

/** The smallest HDF5 file (format specification III: superblock 0, object header 1) whose root has attributes and links. */
export function hdf5(attributes: Readonly<Record<string, string>>, links: readonly Hdf5Link[] = []): Uint8Array {
  const messages = [
    message(0x02, concat([0, 0], UNDEFINED, UNDEFINED)),
    message(0x0a, [0, 0]),
    ...links.map((link) => message(0x06, linkBody(link))),
    ...Object.entries(attributes).map(([name, value]) => message(0x0c, attributeBody(name, value))),
  ];
  const body = concat(...messages);
  const header = concat([1, 0], le(messages.length, 2), le(1, 4), le(body.length, 4), le(0, 4), body);
  return concat(superblock(96 + header.length), header);
}

function superblock(end: number): Uint8Array {
  const root = concat(le(0, 8), le(96, 8), le(0, 8), new Uint8Array(16));
  return concat(
    [0x89],
    'HDF\r\n',
    [0x1a],
    '\n',
    [0, 0, 0, 0, 0, 8, 8, 0],
    le(4, 2),
    le(16, 2),
    le(0, 4),
    le(0, 8),
    UNDEFINED,
    le(end, 8),
    UNDEFINED,
    root,
  );
}

function message(type: number, body: Bytes): Uint8Array {
  const padded = padTo(toBytes(body), 8);
  return concat(le(type, 2), le(padded.length, 2), [0, 0, 0, 0], padded);
}

function linkBody(link: Hdf5Link): Uint8Array {
  const name = toBytes(link.name);
  const target = link.kind === 'soft' ? toBytes(link.path) : concat([0], `${link.file ?? ''}\0`, `${link.path}\0`);
  return concat([1, 0x08, link.kind === 'soft' ? 1 : 64, name.length], name, le(target.length, 2), target);
}

/** A fixed-length, null-padded string in a scalar data space. */
function attributeBody(name: string, value: string): Uint8Array {
  const data = toBytes(value);
  const nameBytes = toBytes(`${name}\0`);
  const datatype = concat([0x13, 1, 0, 0], le(data.length, 4));
  const dataspace = [1, 0, 0, 0, 0, 0, 0, 0];
  return concat([1, 0], le(nameBytes.length, 2), le(8, 2), le(8, 2), padTo(nameBytes, 8), datatype, dataspace, data);
}
