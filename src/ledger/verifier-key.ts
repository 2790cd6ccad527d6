import { fromBase64, fromHex, toBase64, utf8 } from './encoding.ts';
import { LedgerError } from './errors.ts';
import { portableHash } from './hashing.ts';
import { ledgerLimits } from './limits.ts';

/**
 * How a key signs, with the byte that c2sp.org/signed-note gives the way: over the text of the note, or with a time
 * beside it as c2sp.org/tlog-cosignature says.
 */
const signatureTypes = {
  ed25519: 0x01,
  'ed25519-cosignature': 0x04,
  'ml-dsa-44': 0x06,
} as const;

export type SignatureType = keyof typeof signatureTypes;

const PUBLIC_KEY_BYTES: Readonly<Record<SignatureType, number>> = {
  ed25519: 32,
  'ed25519-cosignature': 32,
  'ml-dsa-44': 1312,
};

/** A public key under the name of whoever signs with it. */
export interface VerifierKey {
  readonly name: string;
  readonly type: SignatureType;
  readonly publicKey: Uint8Array;
  /** Tells signatures of different keys apart before any is checked. */
  readonly keyId: number;
}

/** White space and plus would end the name in a line; c2sp.org/signed-note, "Format". */
const NOT_IN_NAME = /[\p{White_Space}\p{Cc}+]/u;

export function isKeyName(name: string): boolean {
  const isShort = name.length <= ledgerLimits.maxKeyNameChars && utf8(name).length <= ledgerLimits.maxKeyNameChars;
  return name !== '' && isShort && name.isWellFormed() && !NOT_IN_NAME.test(name);
}

/** @throws LedgerError `key-unreadable` when the name or the length of the key is not allowed. */
export function verifierKey(name: string, type: SignatureType, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) {
    throw LedgerError.of('key-unreadable', `${JSON.stringify(name)} is no key name: no spaces, no plus, 255 bytes`);
  }
  const expected = PUBLIC_KEY_BYTES[type];
  if (publicKey.length !== expected) {
    throw LedgerError.of(
      'key-unreadable',
      `a public key of type ${type} has ${expected} bytes, not ${publicKey.length}`,
    );
  }
  const prefix = utf8(`${name}\n`);
  const bytes = new Uint8Array(prefix.length + 1 + publicKey.length);
  bytes.set(prefix);
  bytes[prefix.length] = signatureTypes[type];
  bytes.set(publicKey, prefix.length + 1);
  const digest = portableHash(bytes);
  return { name, type, publicKey, keyId: new DataView(digest.buffer, digest.byteOffset).getUint32(0) };
}

/** `name+hash+key`, as c2sp.org/signed-note writes verifier keys. */
export function formatVerifierKey({ name, type, publicKey, keyId }: VerifierKey): string {
  const blob = new Uint8Array(1 + publicKey.length);
  blob[0] = signatureTypes[type];
  blob.set(publicKey, 1);
  return `${name}+${keyId.toString(16).padStart(8, '0')}+${toBase64(blob)}`;
}

/** @throws LedgerError `key-unreadable`. */
export function parseVerifierKey(text: string): VerifierKey {
  const [name = '', id = '', ...rest] = text.split('+');
  // Base64 has plus signs of its own.
  const blob = fromBase64(rest.join('+'));
  if (blob === null || blob.length === 0 || id.length !== 8 || fromHex(id) === null) {
    throw LedgerError.of('key-unreadable', 'expected a verifier key: a name, a hash in hex and base64, joined by plus');
  }
  const type = Object.entries(signatureTypes).find(([, byte]) => byte === blob[0])?.[0];
  if (type === undefined) throw LedgerError.of('key-unreadable', `signature type ${blob[0]} is not supported`);
  const key = verifierKey(name, type as SignatureType, blob.subarray(1));
  if (key.keyId !== Number.parseInt(id, 16)) {
    throw LedgerError.of('key-unreadable', `the hash in the verifier key of ${name} is not that of its key`);
  }
  return key;
}
