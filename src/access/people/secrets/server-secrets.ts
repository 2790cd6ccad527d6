import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { PeopleError } from '../errors.ts';

/** Keeps secrets that the server must read again, such as those of authenticator apps. */
interface SecretBox {
  /** Seals for one place: `context` names it, and what was sealed for another place does not open there. */
  seal(plain: Uint8Array, context: string): string;
  /** @throws PeopleError `sealed-unreadable`. */
  open(sealed: string, context: string): Uint8Array;
}

/** What the server proves to itself with: keyed digests of what it handed out, so that it need not be stored. */
export interface ServerSecrets extends SecretBox {
  /** HMAC-SHA-256 under a key of its own for each purpose. No part may be taken for two: each is preceded by its length. */
  mac(purpose: string, parts: readonly string[]): Buffer;
}

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_CHARS = 8;

interface BoxKey {
  readonly id: string;
  readonly key: Buffer;
}

/** `roots`: 32 random bytes each; the first seals and proves, the others only open what they sealed once. */
export function makeServerSecrets(roots: readonly [Uint8Array, ...Uint8Array[]]): ServerSecrets {
  const boxes = roots.map(boxKey);
  const [current] = boxes as [BoxKey, ...BoxKey[]];
  const macKeys = new Map<string, Buffer>();
  const macKey = (purpose: string): Buffer => {
    const known = macKeys.get(purpose);
    if (known !== undefined) return known;
    const made = derive(roots[0], `mac ${purpose}`);
    macKeys.set(purpose, made);
    return made;
  };
  return {
    seal: (plain, context) => seal(current, plain, context),
    open: (sealed, context) => open(boxes, sealed, context),
    mac(purpose, parts) {
      const mac = createHmac('sha256', macKey(purpose));
      for (const part of parts) mac.update(`${Buffer.byteLength(part)}:`).update(part);
      return mac.digest();
    },
  };
}

function derive(root: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, new Uint8Array(), `vouchsafe people v1 ${purpose}`, KEY_BYTES));
}

function boxKey(root: Uint8Array): BoxKey {
  return { id: derive(root, 'box id').toString('hex').slice(0, KEY_ID_CHARS), key: derive(root, 'box') };
}

function seal({ id, key }: BoxKey, plain: Uint8Array, context: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `${id}.${sealed.toString('base64url')}`;
}

function open(boxes: readonly BoxKey[], sealed: string, context: string): Uint8Array {
  const [id, text = ''] = sealed.split('.');
  const box = boxes.find((one) => one.id === id);
  const bytes = Buffer.from(text, 'base64url');
  if (box === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) {
    throw PeopleError.of('sealed-unreadable', `expected a key among ${boxes.length}`);
  }
  const decipher = createDecipheriv('aes-256-gcm', box.key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw PeopleError.of('sealed-unreadable', 'it does not authenticate', error);
  }
}
