import { createHmac, timingSafeEqual } from 'node:crypto';
import { base32 } from './base32.ts';

const STEP_SECONDS = 30;
const DIGITS = 6;
/** One step to either side: clocks of telephones are good, people are slow (RFC 6238, section 5.2). */
const WINDOW_STEPS = 1;
/** 160 bits, as the hash has (RFC 4226, section 4, R6). */
export const TOTP_SECRET_BYTES = 20;

/** HOTP with SHA-1 (RFC 4226, section 5.3). */
export function hotp(secret: Uint8Array, counter: number, digits: number = DIGITS): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac('sha1', secret).update(message).digest();
  const offset = mac.readUInt8(mac.length - 1) % 16;
  const truncated = mac.readUInt32BE(offset) % 2 ** 31;
  return String(truncated % 10 ** digits).padStart(digits, '0');
}

export function totpStep(atMs: number): number {
  return Math.floor(atMs / 1000 / STEP_SECONDS);
}

/**
 * The step whose code this is, among those that count now and are later than `lastStep`; null where there is none. Whoever stores it as the
 * last one refuses each code the second time.
 */
export function matchingStep(
  secret: Uint8Array,
  code: string,
  { atMs, lastStep }: { readonly atMs: number; readonly lastStep: number },
): number | null {
  const now = totpStep(atMs);
  let found: number | null = null;
  for (let step = now - WINDOW_STEPS; step <= now + WINDOW_STEPS; step++) {
    const isRight = isEqual(hotp(secret, step), code);
    if (isRight && step > lastStep) found = step;
  }
  return found;
}

function isEqual(expected: string, found: string): boolean {
  const bytes = Buffer.from(found);
  return bytes.length === expected.length && timingSafeEqual(Buffer.from(expected), bytes);
}

/** What authenticator apps read from a QR code. */
export function totpUri(
  secret: Uint8Array,
  { issuer, account }: { readonly issuer: string; readonly account: string },
): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const query = new URLSearchParams({
    secret: base32(secret),
    issuer,
    algorithm: 'SHA1',
    digits: String(DIGITS),
    period: String(STEP_SECONDS),
  });
  // Some apps take the plus sign for itself.
  return `otpauth://totp/${label}?${query.toString().replaceAll('+', '%20')}`;
}
