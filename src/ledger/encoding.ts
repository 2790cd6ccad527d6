import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

export const toHex = bytesToHex;
const HEX = /^(?:[0-9a-f]{2})*$/;

/** Bytes of lower-case hex, or null when it is none. */
export function fromHex(text: string): Uint8Array | null {
  return HEX.test(text) ? hexToBytes(text) : null;
}

const encoder = new TextEncoder();
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** A byte order mark is content: `ignoreBOM` keeps it, so that text and bytes stand for each other. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of UTF-8 bytes, or null when they are none. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Arguments of one call that every engine takes. */
const CHUNK = 8192;

/** Standard base64 with padding, RFC 4648 section 4. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

/** Bytes of standard base64, or null: with padding, without spaces, and with no bit set that stands for nothing. */
export function fromBase64(text: string): Uint8Array | null {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return null;
  }
  // `atob` skips spaces, forgives missing padding and drops spare bits: two spellings of one signature.
  if (btoa(binary) !== text) return null;
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Compares what is public: not in constant time. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;

/** A number in ASCII digits without leading zeroes, or null; at most 2^53 - 1. */
export function fromDecimal(text: string): number | null {
  const value = DECIMAL.test(text) ? Number(text) : -1;
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}
