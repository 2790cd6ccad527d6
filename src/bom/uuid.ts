import { createHash } from 'node:crypto';

/** Made once, at random, for the serial numbers of this program. */
const NAMESPACE = 'b9f1a0c26f0d4c5e9b7d3a52c8e41d77';

/** A name-based UUID (RFC 9562 §5.5, SHA-1): the same name always gives the same one. */
export function uuidOf(name: string): string {
  const hash = createHash('sha1').update(NAMESPACE, 'hex').update(name).digest();
  const bytes = hash.subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
