/** Bech32 (BIP 173), which age uses without its limit of 90 characters. */
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
/** Generator of the checksum, BIP 173 "Checksum". */
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const CHECKSUM_LENGTH = 6;

export interface Bech32 {
  /** The human-readable part, in lower case. */
  readonly prefix: string;
  readonly bytes: Buffer;
}

/** Encodes in lower case. */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const words = regroup(bytes, 8, 5, true) as number[];
  const body = [...words, ...checksum(prefix, words)];
  return `${prefix}1${body.map((word) => ALPHABET[word]).join('')}`;
}

/** Null unless the text is well-formed, of one case, and its checksum holds. */
export function decodeBech32(text: string): Bech32 | null {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return null;
  const separator = lower.lastIndexOf('1');
  if (separator < 1 || lower.length - separator <= CHECKSUM_LENGTH) return null;
  const prefix = lower.slice(0, separator);
  if (!/^[\x21-\x7e]+$/.test(prefix)) return null;
  const words = Array.from(lower.slice(separator + 1), (char) => ALPHABET.indexOf(char));
  if (words.includes(-1) || polymod([...expand(prefix), ...words]) !== 1) return null;
  const bytes = regroup(words.slice(0, -CHECKSUM_LENGTH), 5, 8, false);
  return bytes === null ? null : { prefix, bytes: Buffer.from(bytes) };
}

function checksum(prefix: string, words: readonly number[]): number[] {
  const sum = polymod([...expand(prefix), ...words, 0, 0, 0, 0, 0, 0]) ^ 1;
  return Array.from({ length: CHECKSUM_LENGTH }, (_, index) => (sum >>> (5 * (CHECKSUM_LENGTH - 1 - index))) & 31);
}

function expand(prefix: string): number[] {
  const codes = Array.from(prefix, (char) => char.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function polymod(words: readonly number[]): number {
  let sum = 1;
  for (const word of words) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ word;
    GENERATOR.forEach((value, bit) => {
      if (((top >>> bit) & 1) === 1) sum ^= value;
    });
  }
  return sum >>> 0;
}

/** Groups of `from` bits to groups of `to` bits. Null when what is left over is no padding of zeros. */
function regroup(values: Iterable<number>, from: number, to: number, isPadded: boolean): number[] | null {
  const groups: number[] = [];
  let bits = 0;
  let count = 0;
  for (const value of values) {
    bits = (bits << from) | value;
    count += from;
    while (count >= to) {
      count -= to;
      groups.push((bits >>> count) & ((1 << to) - 1));
    }
    bits &= (1 << count) - 1;
  }
  if (isPadded) {
    if (count > 0) groups.push((bits << (to - count)) & ((1 << to) - 1));
    return groups;
  }
  return count >= from || bits !== 0 ? null : groups;
}
