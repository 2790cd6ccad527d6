import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { RegistryError } from '../errors.ts';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
const OPTIONS = { authTagLength: TAG_BYTES } as const;

/** What a wrapped key of a content is bound to: it opens nothing elsewhere. */
export interface KeyPlace {
  readonly versionId: string;
  /** Of the plain content. */
  readonly digest: string;
}

/** The key of a content, wrapped by the key of a version: nonce, ciphertext and tag in base 64. */
export function wrapContentKey(versionKey: KeyObject, contentKey: Uint8Array, place: KeyPlace): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, versionKey, nonce, OPTIONS).setAAD(boundTo(place));
  return Buffer.concat([nonce, cipher.update(contentKey), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** Whoever asked wipes it. @throws RegistryError `content-damaged` when it does not authenticate. */
export function unwrapContentKey(versionKey: KeyObject, wrapped: string, place: KeyPlace): Buffer {
  const bytes = Buffer.from(wrapped, 'base64');
  if (bytes.length !== NONCE_BYTES + KEY_BYTES + TAG_BYTES) throw damaged(place);
  const decipher = createDecipheriv(CIPHER, versionKey, bytes.subarray(0, NONCE_BYTES), OPTIONS);
  decipher.setAAD(boundTo(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
  const contentKey = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    decipher.final();
    return contentKey;
  } catch (error) {
    contentKey.fill(0);
    throw damaged(place, error);
  }
}

const damaged = ({ digest }: KeyPlace, cause?: unknown): RegistryError =>
  RegistryError.of('content-damaged', `the key of ${digest} does not open`, cause);

/** No part may be taken for two. */
function boundTo({ versionId, digest }: KeyPlace): Buffer {
  return Buffer.from(JSON.stringify(['vouchsafe-registry', versionId, digest]));
}
