import { deflateSync } from 'fflate';
import { crc32 } from '../../bytes/codecs/checksums.ts';

/** What one header says; a test overrides single fields to make the two headers disagree. */
interface ZipFields {
  readonly name?: string;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly compressedSize?: number;
}

export interface ZipMember extends ZipFields {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly deflate?: boolean;
  /** Overrides in the local header only. */
  readonly local?: ZipFields;
  /** Leave it out of the central directory. */
  readonly hidden?: boolean;
  /** Unix mode with its type bits, for symbolic links. */
  readonly mode?: number;
  /** Local header offset of an earlier member to share, by index. */
  readonly shares?: number;
}

const utf8 = new TextEncoder();

/** The bytes of a small zip file, as its parts say and not as any writer would. */
export function buildZip(members: readonly ZipMember[], comment = ''): Uint8Array {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const member of members) {
    const { fields, data } = partsOf(member);
    const offset = member.shares === undefined ? at : (offsets[member.shares] as number);
    if (offset === at) local.push(header(0x04034b50, { ...fields, ...member.local }), data);
    offsets.push(offset);
    if (member.hidden !== true) central.push(centralHeader(fields, offset, member.mode ?? 0));
    at = local.reduce((sum, part) => sum + part.length, 0);
  }
  const directory = concatBytes(central);
  const counts = [
    [2, central.length],
    [2, central.length],
    [4, directory.length],
    [4, at],
    [2, comment.length],
  ] as const;
  const end = pack([4, 0x06054b50], [2, 0], [2, 0], ...counts);
  return concatBytes([...local, directory, end, utf8.encode(comment)]);
}

function partsOf({ content, deflate = false, ...overrides }: ZipMember): { fields: AllFields; data: Uint8Array } {
  const bytes = typeof content === 'string' ? utf8.encode(content) : content;
  const data = deflate ? deflateSync(bytes) : bytes;
  const sizes = { crc: crc32(bytes), compressedSize: data.length, size: bytes.length };
  return { fields: { flags: 0, method: deflate ? 8 : 0, ...sizes, ...overrides }, data };
}

type AllFields = Required<ZipFields>;

function header(
  signature: number,
  fields: AllFields,
  versionMade: readonly (readonly [number, number])[] = [],
): Uint8Array {
  const name = utf8.encode(fields.name);
  const start = pack(
    [4, signature],
    ...versionMade,
    [2, 20],
    [2, fields.flags],
    [2, fields.method],
    [4, 0],
    [4, fields.crc],
  );
  const sizes = pack([4, fields.compressedSize], [4, fields.size], [2, name.length], [2, 0]);
  return concatBytes(versionMade.length > 0 ? [start, sizes] : [start, sizes, name]);
}

function centralHeader(fields: AllFields, offset: number, mode: number): Uint8Array {
  const madeOnUnix = [2, (3 << 8) | 20] as const;
  const rest = pack([2, 0], [2, 0], [2, 0], [4, (mode << 16) >>> 0], [4, offset]);
  return concatBytes([header(0x02014b50, fields, [madeOnUnix]), rest, utf8.encode(fields.name)]);
}

/** Little-endian numbers of given widths. */
export function pack(...fields: readonly (readonly [bytes: number, value: number])[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([width, value]) => Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** i) % 256)),
  );
}

export function concatBytes(parts: readonly (Uint8Array | string)[]): Uint8Array {
  const arrays = parts.map((part) => (typeof part === 'string' ? utf8.encode(part) : part));
  const whole = new Uint8Array(arrays.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of arrays) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
