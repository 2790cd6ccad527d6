import { crc32c, maskCrc32c, maskedCrc32c } from '../../src/formats/media/crc32c.ts';
import { type Bytes, concat, le, toBytes } from './bytes.ts';
import { lengthField, varint, varintField } from './protobuf.ts';

/** One variable of a checkpoint, as BundleEntryProto has it. */
export interface BundleVariable {
  readonly name: string;
  /** tensorflow/core/framework/types.proto; default DT_FLOAT. */
  readonly dtype?: number;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly data: Bytes;
  readonly size?: number;
  readonly shard?: number;
  readonly crc?: number;
  readonly hasSlices?: boolean;
}

export interface BundleOptions {
  readonly shards?: number;
  readonly bigEndian?: boolean;
}

const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];

/** The index of a checkpoint (tensorflow/core/util/tensor_bundle): blocks of entries whose keys share prefixes, footer. */
export function bundleIndex(variables: readonly BundleVariable[], options: BundleOptions = {}): Uint8Array {
  const header = concat(
    varintField(1, options.shards ?? 1),
    options.bigEndian === true ? varintField(2, 1) : [],
    lengthField(3, varintField(1, 1)),
  );
  const data = block([['', header], ...variables.map((one) => [one.name, entry(one)] as const)]);
  const meta = block([]);
  const index = block([['zz', concat(varint(0), varint(data.length - 5))]]);
  const handles = concat(...[data.length, meta.length - 5, data.length + meta.length, index.length - 5].map(varint));
  return concat(data, meta, index, handles, new Uint8Array(40 - handles.length), MAGIC);
}

function entry(one: BundleVariable): Uint8Array {
  const bytes = toBytes(one.data);
  const shape = concat(...one.shape.map((size) => lengthField(2, size === 0 ? [] : varintField(1, size))));
  const crc = le(one.crc ?? maskCrc32c(crc32c(bytes)), 4);
  return concat(
    varintField(1, one.dtype ?? 1),
    lengthField(2, shape),
    one.shard === undefined ? [] : varintField(3, one.shard),
    one.offset === 0 ? [] : varintField(4, one.offset),
    varintField(5, one.size ?? bytes.length),
    concat(varint(6 * 8 + 5), crc),
    one.hasSlices === true ? lengthField(7, lengthField(1, [])) : [],
  );
}

function block(entries: readonly (readonly [key: string, value: Uint8Array])[]): Uint8Array {
  let before = new Uint8Array(0);
  const rows = entries.map(([key, value]) => {
    const bytes = toBytes(key);
    let shared = 0;
    while (shared < before.length && shared < bytes.length && before[shared] === bytes[shared]) shared += 1;
    before = Uint8Array.from(bytes);
    return concat(varint(shared), varint(bytes.length - shared), varint(value.length), bytes.subarray(shared), value);
  });
  const content = concat(...rows, le(0, 4), le(1, 4), [0]);
  return concat(content, le(maskedCrc32c(content), 4));
}
