import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a secret opens: a long-lived key of a service, or a short-lived token made from one. */
export type SecretKind = 'key' | 'token';

/** The kind is readable in every secret, so that a scanner for leaked secrets knows what it found and whom to call. */
const MARKS = { key: 'vsk', token: 'vst' } as const;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(DIGITS.length);

/** Finds the record: 64 bits of chance, which says nothing about the secret. */
const PUBLIC_DIGITS = 12;
const PUBLIC_BYTES = 8;
/** 256 bits need 43 digits of base 62. */
const SECRET_DIGITS = 43;
const SECRET_BYTES = 32;
/** 32 bits need 6. */
const CHECKSUM_DIGITS = 6;

/**
 * A secret of either kind: `vsk_` or `vst_`, 12 public digits, `_`, 43 digits of 256 bits, 6 digits of a CRC-32 of everything
 * before. What does not match, or whose checksum is wrong, is a typing error or no secret of ours, and is refused without a look-up.
 */
export const SECRET_PATTERN = /^(vsk|vst)_([0-9A-Za-z]{12})_[0-9A-Za-z]{49}$/;

/** Every secret is exactly this long, in characters. */
export const SECRET_CHARACTERS = MARKS.key.length + PUBLIC_DIGITS + SECRET_DIGITS + CHECKSUM_DIGITS + 2;

export interface NewSecret {
  /** Shown once, then forgotten. */
  readonly secret: string;
  /** `vsk_` and the public digits: shown everywhere, and what the record is found by. */
  readonly prefix: string;
  readonly digest: Uint8Array;
}

export function makeSecret(kind: SecretKind): NewSecret {
  const prefix = `${MARKS[kind]}_${digitsOf(randomBytes(PUBLIC_BYTES), PUBLIC_DIGITS)}`;
  const body = `${prefix}_${digitsOf(randomBytes(SECRET_BYTES), SECRET_DIGITS)}`;
  const secret = body + checksumOf(body);
  return { secret, prefix, digest: digestOf(secret) };
}

export interface ParsedSecret {
  readonly kind: SecretKind;
  readonly prefix: string;
}

/** What a text says about itself; null where it cannot be a secret of ours. Says nothing about whether it is known. */
export function parseSecret(text: string): ParsedSecret | null {
  if (text.length !== SECRET_CHARACTERS || !SECRET_PATTERN.test(text)) return null;
  const body = text.slice(0, -CHECKSUM_DIGITS);
  if (text.slice(-CHECKSUM_DIGITS) !== checksumOf(body)) return null;
  const kind = text.startsWith(MARKS.key) ? 'key' : 'token';
  return { kind, prefix: body.slice(0, -(SECRET_DIGITS + 1)) };
}

/** SHA-256 is enough for 256 random bits: there is no dictionary to slow down, and a slow hash would be a way to exhaust the server. */
export function digestOf(secret: string): Uint8Array {
  return hash('sha256', secret, 'buffer');
}

/** Compares in time that says nothing about where the two differ. */
export function opens(secret: string, digest: Uint8Array): boolean {
  const given = digestOf(secret);
  return given.length === digest.length && timingSafeEqual(given, digest);
}

function digitsOf(bytes: Uint8Array, count: number): string {
  let left = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let digits = '';
  for (let i = 0; i < count; i++) {
    digits = DIGITS.charAt(Number(left % BASE)) + digits;
    left /= BASE;
  }
  return digits;
}

function checksumOf(body: string): string {
  let left = crc32(body);
  let digits = '';
  for (let i = 0; i < CHECKSUM_DIGITS; i++) {
    digits = DIGITS.charAt(left % DIGITS.length) + digits;
    left = Math.floor(left / DIGITS.length);
  }
  return digits;
}
