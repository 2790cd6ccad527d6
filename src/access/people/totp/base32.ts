const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BITS_A_DIGIT = 5;

/** RFC 4648, section 6, without padding: what authenticator apps take. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = held * 256 + byte;
    bits += 8;
    while (bits >= BITS_A_DIGIT) {
      bits -= BITS_A_DIGIT;
      const digit = Math.floor(held / 2 ** bits);
      text += DIGITS.charAt(digit);
      held -= digit * 2 ** bits;
    }
  }
  return bits === 0 ? text : text + DIGITS.charAt(held * 2 ** (BITS_A_DIGIT - bits));
}
