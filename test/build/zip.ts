import { crc32, deflateRawSync } from 'node:zlib';
import { type Bytes, concat, le, toBytes } from './bytes.ts';

/** One member, with every way in which its two headers can be made to disagree. */
export interface ZipMember {
  readonly name: string;
  readonly data: Bytes;
  readonly method?: 'stored' | 'deflate';
  /** The number in both headers when it is to differ from the real method. */
  readonly claimedMethod?: number;
  readonly localName?: string;
  readonly localFlags?: number;
  readonly centralFlags?: number;
  readonly localCrc?: number;
  readonly centralCrc?: number;
  readonly localSize?: number;
  readonly centralSize?: number;
  readonly centralCompressedSize?: number;
  readonly extra?: Bytes;
  readonly localExtra?: Bytes;
  readonly comment?: string;
  /** Unix mode in the external attributes: 0o120777 makes a symbolic link. */
  readonly mode?: number;
  /** MS-DOS attributes: 0x10 is a folder. */
  readonly dosAttributes?: number;
  /** `central`: a local header that no directory entry points at. `local`: a directory entry that points at offset 0. */
  readonly omit?: 'central' | 'local';
}

export interface ZipOptions {
  readonly prefix?: Bytes;
  readonly tail?: Bytes;
  readonly comment?: Bytes;
  /** Count of entries in the end record when it is to lie. */
  readonly claimedEntries?: number;
  /** True when offsets count from the archive's own start although a prefix is before it. */
  readonly relativeOffsets?: boolean;
  /** Order of the directory, as indexes of members. */
  readonly directoryOrder?: readonly number[];
  /** Bytes between the members and the directory. */
  readonly beforeDirectory?: Bytes;
}

/** PKWARE APPNOTE 4.3, written plainly: local headers, directory, end record. */
export function zip(members: readonly ZipMember[], options: ZipOptions = {}): Uint8Array {
  const prefix = toBytes(options.prefix ?? []);
  const base = options.relativeOffsets === true ? 0 : prefix.length;
  const locals: Uint8Array[] = [];
  const offsets: number[] = [];
  let at = base;
  for (const member of members) {
    offsets.push(member.omit === 'local' ? 0 : at);
    if (member.omit === 'local') continue;
    const record = localRecord(member);
    locals.push(record);
    at += record.length;
  }
  const between = toBytes(options.beforeDirectory ?? []);
  const order = options.directoryOrder ?? members.map((_, index) => index);
  const directory = order.flatMap((index) => {
    const member = members[index];
    return member === undefined || member.omit === 'central' ? [] : [centralRecord(member, offsets[index] ?? 0)];
  });
  const central = concat(...directory);
  const count = options.claimedEntries ?? directory.length;
  const comment = toBytes(options.comment ?? []);
  const end = concat(
    'PK\u0005\u0006',
    le(0, 4),
    le(count, 2),
    le(count, 2),
    le(central.length, 4),
    le(at + between.length, 4),
    le(comment.length, 2),
    comment,
  );
  return concat(prefix, ...locals, between, central, end, options.tail ?? []);
}

function localRecord(member: ZipMember): Uint8Array {
  const data = toBytes(member.data);
  const stored = storedBytes(member);
  const name = toBytes(member.localName ?? member.name);
  const extra = toBytes(member.localExtra ?? member.extra ?? []);
  return concat(
    'PK\u0003\u0004',
    le(20, 2),
    le(member.localFlags ?? 0, 2),
    le(methodOf(member), 2),
    le(0, 2),
    le(0x21, 2),
    le(member.localCrc ?? crc32(data), 4),
    le(member.localSize ?? stored.length, 4),
    le(member.localSize ?? data.length, 4),
    le(name.length, 2),
    le(extra.length, 2),
    name,
    extra,
    stored,
  );
}

function centralRecord(member: ZipMember, offset: number): Uint8Array {
  const data = toBytes(member.data);
  const stored = storedBytes(member);
  const name = toBytes(member.name);
  const extra = toBytes(member.extra ?? []);
  const comment = toBytes(member.comment ?? '');
  const attributes = (member.mode ?? 0) * 65536 + (member.dosAttributes ?? 0);
  return concat(
    'PK\u0001\u0002',
    le(0x0314, 2),
    le(20, 2),
    le(member.centralFlags ?? 0, 2),
    le(methodOf(member), 2),
    le(0, 2),
    le(0x21, 2),
    le(member.centralCrc ?? crc32(data), 4),
    le(member.centralCompressedSize ?? stored.length, 4),
    le(member.centralSize ?? data.length, 4),
    le(name.length, 2),
    le(extra.length, 2),
    le(comment.length, 2),
    le(0, 2),
    le(0, 2),
    le(attributes, 4),
    le(offset, 4),
    name,
    extra,
    comment,
  );
}

function storedBytes(member: ZipMember): Uint8Array {
  const data = toBytes(member.data);
  return member.method === 'deflate' ? new Uint8Array(deflateRawSync(data)) : data;
}

function methodOf(member: ZipMember): number {
  return member.claimedMethod ?? (member.method === 'deflate' ? 8 : 0);
}

/** The bytes as the traditional cipher of APPNOTE 6.1 leaves them: without the password they are noise. */
export function opaque(data: Bytes): Uint8Array {
  return toBytes(data).map((byte, index) => byte ^ ((index * 167 + 91) & 255));
}
