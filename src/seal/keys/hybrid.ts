import * as nodeCrypto from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { decodeBase64, encodeBase64 } from '../base64.ts';
import { decodeBech32, encodeBech32 } from '../bech32.ts';
import { unwrapKey, wipe, WRAPPED_FILE_KEY_BYTES, wrapKey } from '../crypto.ts';
import { SealError } from '../errors.ts';
import { malformed, type Stanza } from '../header.ts';
import type { Identity, Recipient } from '../recipient.ts';
import { hpkeKeySchedule } from './hpke.ts';
import { X25519_BYTES, x25519Agree, x25519Ephemeral, x25519PrivateKey, x25519PublicBytes } from './x25519.ts';

/** C2SP age, "The MLKEM768-X25519 hybrid post-quantum recipient type". */
const TYPE = 'mlkem768x25519';
const INFO = 'age-encryption.org/mlkem768x25519';
const RECIPIENT_PREFIX = 'age1pq';
export const HYBRID_IDENTITY_PREFIX = 'age-secret-key-pq-';
/** draft-ietf-hpke-pq-03: MLKEM768-X25519, which is X-Wing (draft-connolly-cfrg-xwing-kem). */
const KEM_ID = 0x647a;
const XWING_LABEL = Buffer.from('\\.//^\\', 'latin1');
export const SEED_BYTES = 32;
/** FIPS 203, ML-KEM-768. */
const MLKEM_SEED_BYTES = 64;
const MLKEM_PUBLIC_BYTES = 1184;
const MLKEM_CIPHERTEXT_BYTES = 1088;
const PUBLIC_BYTES = MLKEM_PUBLIC_BYTES + X25519_BYTES;
const ENCAPSULATION_BYTES = MLKEM_CIPHERTEXT_BYTES + X25519_BYTES;
/** RFC 9935: a private key given as its seed, and a public key, of algorithm 2.16.840.1.101.3.4.4.2. */
const PKCS8_PREFIX = Buffer.from('3054020100300b060960864801650304040204428040', 'hex');
const SPKI_PREFIX = Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex');

export class HybridRecipient implements Recipient {
  readonly kind = 'post-quantum';
  readonly #mlkem: KeyObject;
  readonly #publicBytes: Buffer;

  constructor(publicBytes: Buffer) {
    this.#publicBytes = publicBytes;
    this.#mlkem = mlkemPublicKey(publicBytes.subarray(0, MLKEM_PUBLIC_BYTES));
  }

  /** Reads `age1pq1…`. @throws SealError `recipient-invalid`, `post-quantum-unavailable`. */
  static parse(text: string): HybridRecipient {
    const decoded = decodeBech32(text);
    if (decoded?.prefix !== RECIPIENT_PREFIX || decoded.bytes.length !== PUBLIC_BYTES) {
      throw SealError.of('recipient-invalid', { recipient: shortened(text), reason: 'it is mistyped or cut off' });
    }
    return new HybridRecipient(decoded.bytes);
  }

  toString(): string {
    return encodeBech32(RECIPIENT_PREFIX, this.#publicBytes);
  }

  async wrap(fileKey: Buffer): Promise<Stanza> {
    const mlkem = nodeCrypto.encapsulate(this.#mlkem);
    const ephemeral = x25519Ephemeral();
    const share = x25519PublicBytes(ephemeral);
    const curvePublic = this.#publicBytes.subarray(MLKEM_PUBLIC_BYTES);
    const agreed = x25519Agree(ephemeral, curvePublic);
    if (agreed === null) {
      const recipient = shortened(this.toString());
      throw SealError.of('recipient-invalid', { recipient, reason: 'its point is of low order' });
    }
    const shared = combine(mlkem.sharedKey, agreed, share, curvePublic);
    const { key, nonce } = hpkeKeySchedule(KEM_ID, shared, INFO);
    const body = wrapKey(fileKey, key, nonce);
    wipe(mlkem.sharedKey, agreed, shared, key);
    return { args: [TYPE, encodeBase64(Buffer.concat([mlkem.ciphertext, share]))], body };
  }
}

export class HybridIdentity implements Identity {
  readonly #mlkem: KeyObject;
  readonly #curve: KeyObject;
  readonly #curvePublic: Buffer;

  /** @throws SealError `post-quantum-unavailable`. */
  constructor(seed: Uint8Array) {
    const expanded = createHash('shake256', { outputLength: MLKEM_SEED_BYTES + X25519_BYTES })
      .update(seed)
      .digest();
    this.#mlkem = mlkemPrivateKey(expanded.subarray(0, MLKEM_SEED_BYTES));
    this.#curve = x25519PrivateKey(expanded.subarray(MLKEM_SEED_BYTES));
    this.#curvePublic = x25519PublicBytes(this.#curve);
    wipe(expanded);
  }

  get recipient(): HybridRecipient {
    const spki = createPublicKey(this.#mlkem).export({ format: 'der', type: 'spki' });
    return new HybridRecipient(Buffer.concat([spki.subarray(spki.length - MLKEM_PUBLIC_BYTES), this.#curvePublic]));
  }

  async unwrap(stanzas: readonly Stanza[]): Promise<Buffer | null> {
    for (const stanza of stanzas) {
      const fileKey = stanza.args[0] === TYPE ? this.#unwrapOne(stanza) : null;
      if (fileKey !== null) return fileKey;
    }
    return null;
  }

  #unwrapOne({ args, body }: Stanza): Buffer | null {
    const enc = args.length === 2 ? decodeBase64(args[1] as string) : null;
    if (enc?.length !== ENCAPSULATION_BYTES) throw malformed(`an ${TYPE} stanza has no share of 1120 bytes`);
    if (body.length !== WRAPPED_FILE_KEY_BYTES) throw malformed(`an ${TYPE} stanza wraps no key of 16 bytes`);
    const share = enc.subarray(MLKEM_CIPHERTEXT_BYTES);
    const agreed = x25519Agree(this.#curve, share);
    if (agreed === null) throw malformed(`the share of an ${TYPE} stanza is a point of low order`);
    const mlkemShared = nodeCrypto.decapsulate(this.#mlkem, enc.subarray(0, MLKEM_CIPHERTEXT_BYTES));
    const shared = combine(mlkemShared, agreed, share, this.#curvePublic);
    const { key, nonce } = hpkeKeySchedule(KEM_ID, shared, INFO);
    const fileKey = unwrapKey(body, key, nonce);
    wipe(mlkemShared, agreed, shared, key);
    return fileKey;
  }
}

/** X-Wing's combiner, section 5.3 of its draft. */
function combine(mlkem: Buffer, agreed: Buffer, share: Buffer, curvePublic: Buffer): Buffer {
  return createHash('sha3-256')
    .update(mlkem)
    .update(agreed)
    .update(share)
    .update(curvePublic)
    .update(XWING_LABEL)
    .digest();
}

function mlkemPrivateKey(seed: Uint8Array): KeyObject {
  requirePostQuantum();
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  wipe(der);
  return key;
}

function mlkemPublicKey(bytes: Buffer): KeyObject {
  requirePostQuantum();
  try {
    return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' });
  } catch (error) {
    // FIPS 203 section 7.2: coefficients must be reduced.
    const recipient = shortened(encodeBech32(RECIPIENT_PREFIX, bytes));
    throw SealError.of('recipient-invalid', { recipient, reason: 'its ML-KEM key is invalid' }, error);
  }
}

function requirePostQuantum(): void {
  if (typeof nodeCrypto.encapsulate !== 'function') throw SealError.of('post-quantum-unavailable', undefined);
}

/** Two thousand characters help nobody in a message. */
function shortened(recipient: string): string {
  return `${recipient.slice(0, 24)}…`;
}
