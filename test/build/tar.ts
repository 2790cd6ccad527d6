import { type Bytes, concat, padTo, toBytes } from './bytes.ts';

export interface TarMember {
  readonly name: string;
  readonly data?: Bytes;
  /** Type flag: `0` file, `1` hard link, `2` symbolic link, `5` directory, `x` pax header, `L` long name. */
  readonly type?: string;
  readonly linkName?: string;
  readonly badChecksum?: boolean;
  readonly claimedSize?: number;
}

const field = (text: string, width: number): Uint8Array =>
  concat(text, new Uint8Array(Math.max(0, width - toBytes(text).length)));
const octal = (value: number, width: number): Uint8Array =>
  field(`${value.toString(8).padStart(width - 1, '0')}\0`, width);

/** POSIX ustar, two zero blocks at the end unless told otherwise. */
export function tar(members: readonly TarMember[], end: Bytes = new Uint8Array(1024)): Uint8Array {
  return concat(...members.map(record), end);
}

function record(member: TarMember): Uint8Array {
  const data = toBytes(member.data ?? []);
  const header = concat(
    field(member.name, 100),
    octal(0o644, 8),
    octal(0, 8),
    octal(0, 8),
    octal(member.claimedSize ?? data.length, 12),
    octal(0, 12),
    field('        ', 8),
    field(member.type ?? '0', 1),
    field(member.linkName ?? '', 100),
    'ustar\u000000',
    field('', 32),
    field('', 32),
    octal(0, 8),
    octal(0, 8),
    field('', 155),
    field('', 12),
  );
  const sum = header.reduce((all, byte) => all + byte, 0) + (member.badChecksum === true ? 1 : 0);
  header.set(toBytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return concat(header, padTo(data, 512));
}
