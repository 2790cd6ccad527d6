import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** Of ChaCha20-Poly1305 (RFC 8439). */
export const TAG_BYTES = 16;
const NONCE_BYTES = 12;
/** Each wrapping key is used once, so age fixes its nonce. */
const ZERO_NONCE = Buffer.alloc(NONCE_BYTES);
/** An age file key has 128 bits. */
export const FILE_KEY_BYTES = 16;
export const WRAPPED_FILE_KEY_BYTES = FILE_KEY_BYTES + TAG_BYTES;

/** HKDF-SHA-256 (RFC 5869) with 32 bytes of output, as everywhere in age. */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, 32));
}

/** Encrypts a file key under a key that is used only once. */
export function wrapKey(fileKey: Uint8Array, key: Uint8Array, nonce: Uint8Array = ZERO_NONCE): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  return Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
}

/** Null when the key is another one or the bytes were changed. */
export function unwrapKey(wrapped: Uint8Array, key: Uint8Array, nonce: Uint8Array = ZERO_NONCE): Buffer | null {
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(wrapped.subarray(wrapped.length - TAG_BYTES));
  const fileKey = decipher.update(wrapped.subarray(0, wrapped.length - TAG_BYTES));
  try {
    decipher.final();
    return fileKey;
  } catch {
    return null;
  }
}

/** Overwrites secrets that are no longer needed. Copies the runtime made are out of reach. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}
