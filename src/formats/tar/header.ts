import { FormatError } from '../../bytes/errors.ts';

export const BLOCK_BYTES = 512;
const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One 512-byte header block, as POSIX.1-1988 (ustar), GNU tar and the old V7 tar lay it out. */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly linkTarget: string;
  /** True for ustar and GNU headers, which carry a magic number. */
  readonly ustar: boolean;
}

/** Whether a block is a header: its checksum (with the checksum field itself as spaces) is right. */
export function hasValidChecksum(block: Uint8Array): boolean {
  if (block.length < BLOCK_BYTES) return false;
  const stored = octal(block.subarray(148, 156));
  if (stored === undefined || stored <= 0) return false;
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK_BYTES; i += 1) {
    const byte = i >= 148 && i < 156 ? 0x20 : (block[i] as number);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return stored === unsigned || stored === signed;
}

/** Reads a header whose checksum was verified. @throws FormatError `malformed` for a size that is no number. */
export function readHeader(block: Uint8Array, offset: number): TarHeader {
  const ustar = text(block, 257, 5) === 'ustar';
  const gnu = ustar && block[262] === 0x20;
  const size = number(block.subarray(124, 136));
  if (size === undefined)
    throw FormatError.of('malformed', { expected: 'a member size', found: 'other bytes', offset });
  const prefix = ustar && !gnu ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    type: block[156] === 0 ? '0' : String.fromCharCode(block[156] as number),
    linkTarget: text(block, 157, 100),
    ustar,
  };
}

/** The bytes of a field up to the first zero. */
function text(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  const bytes = end < 0 ? field : field.subarray(0, end);
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

/** Octal digits, or GNU's base-256 when the highest bit is set. */
function number(field: Uint8Array): number | undefined {
  const first = field[0] as number;
  if (first < 0x80) return octal(field);
  if (first === 0xff) return undefined;
  const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, first & 0x7f);
  return Number.isSafeInteger(value) ? value : undefined;
}

function octal(field: Uint8Array): number | undefined {
  const digits = latin1.decode(field).replaceAll('\u0000', ' ').trim().split(' ')[0] ?? '';
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}
