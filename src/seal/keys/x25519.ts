import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeBase64, encodeBase64 } from '../base64.ts';
import { decodeBech32, encodeBech32 } from '../bech32.ts';
import { deriveKey, unwrapKey, wipe, WRAPPED_FILE_KEY_BYTES, wrapKey } from '../crypto.ts';
import { SealError } from '../errors.ts';
import { malformed, type Stanza } from '../header.ts';
import type { Identity, Recipient } from '../recipient.ts';

/** C2SP age, "The X25519 recipient type". */
const TYPE = 'X25519';
const INFO = 'age-encryption.org/v1/X25519';
const RECIPIENT_PREFIX = 'age';
export const X25519_IDENTITY_PREFIX = 'age-secret-key-';
export const X25519_BYTES = 32;

/** RFC 8410 section 7: what stands before the 32 bytes of a private key in PKCS #8 and of a public one in SPKI. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** A private key from its 32 bytes. */
export function x25519PrivateKey(scalar: Uint8Array): KeyObject {
  const der = Buffer.concat([PKCS8_PREFIX, scalar]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  wipe(der);
  return key;
}

/** The 32 bytes of the public key that belongs to a private one. */
export function x25519PublicBytes(key: KeyObject): Buffer {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return spki.subarray(spki.length - X25519_BYTES);
}

/** The shared secret, or null when it would be all zeros: then the share is a point of low order. */
export function x25519Agree(privateKey: KeyObject, publicBytes: Uint8Array): Buffer | null {
  const der = Buffer.concat([SPKI_PREFIX, publicBytes]);
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    return null;
  }
}

/** A fresh key for one agreement. */
export function x25519Ephemeral(): KeyObject {
  return generateKeyPairSync('x25519').privateKey;
}

export class X25519Recipient implements Recipient {
  readonly kind = 'classical';
  readonly #publicBytes: Buffer;

  constructor(publicBytes: Buffer) {
    this.#publicBytes = publicBytes;
  }

  /** Reads `age1…`. @throws SealError `recipient-invalid`. */
  static parse(text: string): X25519Recipient {
    const decoded = decodeBech32(text);
    if (decoded?.prefix !== RECIPIENT_PREFIX || decoded.bytes.length !== X25519_BYTES) {
      throw SealError.of('recipient-invalid', { recipient: text, reason: 'it is mistyped or cut off' });
    }
    return new X25519Recipient(decoded.bytes);
  }

  toString(): string {
    return encodeBech32(RECIPIENT_PREFIX, this.#publicBytes);
  }

  async wrap(fileKey: Buffer): Promise<Stanza> {
    const ephemeral = x25519Ephemeral();
    const share = x25519PublicBytes(ephemeral);
    const secret = x25519Agree(ephemeral, this.#publicBytes);
    if (secret === null) {
      throw SealError.of('recipient-invalid', { recipient: this.toString(), reason: 'its point is of low order' });
    }
    const key = wrappingKey(secret, share, this.#publicBytes);
    const body = wrapKey(fileKey, key);
    wipe(secret, key);
    return { args: [TYPE, encodeBase64(share)], body };
  }
}

export class X25519Identity implements Identity {
  readonly #key: KeyObject;
  readonly #publicBytes: Buffer;

  constructor(scalar: Uint8Array) {
    this.#key = x25519PrivateKey(scalar);
    this.#publicBytes = x25519PublicBytes(this.#key);
  }

  get recipient(): X25519Recipient {
    return new X25519Recipient(this.#publicBytes);
  }

  async unwrap(stanzas: readonly Stanza[]): Promise<Buffer | null> {
    for (const stanza of stanzas) {
      const fileKey = stanza.args[0] === TYPE ? this.#unwrapOne(stanza) : null;
      if (fileKey !== null) return fileKey;
    }
    return null;
  }

  #unwrapOne({ args, body }: Stanza): Buffer | null {
    const share = args.length === 2 ? decodeBase64(args[1] as string) : null;
    if (share?.length !== X25519_BYTES) throw malformed('an X25519 stanza has no share of 32 bytes');
    if (body.length !== WRAPPED_FILE_KEY_BYTES) throw malformed('an X25519 stanza wraps no key of 16 bytes');
    const secret = x25519Agree(this.#key, share);
    if (secret === null) throw malformed('the share of an X25519 stanza is a point of low order');
    const key = wrappingKey(secret, share, this.#publicBytes);
    const fileKey = unwrapKey(body, key);
    wipe(secret, key);
    return fileKey;
  }
}

function wrappingKey(secret: Buffer, share: Buffer, recipient: Buffer): Buffer {
  return deriveKey(secret, Buffer.concat([share, recipient]), INFO);
}
