import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignError } from './errors.ts';
import type { CurveName } from './names.ts';

/** Curve names of OpenSSL, the hash that goes with each (OMS algorithm registry), and the name people use. */
const curves = {
  prime256v1: { hash: 'sha256', name: 'P-256' },
  secp384r1: { hash: 'sha384', name: 'P-384' },
  secp521r1: { hash: 'sha512', name: 'P-521' },
} as const;

/** The curve of a key. @throws SignError `key-unsupported` for anything but the three curves. */
export function curveOf(key: KeyObject): (typeof curves)[keyof typeof curves] {
  const named = key.asymmetricKeyDetails?.namedCurve ?? '';
  if (key.asymmetricKeyType !== 'ec' || !Object.hasOwn(curves, named)) {
    const found = named === '' ? (key.asymmetricKeyType ?? 'a secret key') : named;
    throw SignError.of('key-unsupported', `found ${found}`);
  }
  return curves[named as keyof typeof curves];
}

/**
 * Reads a private key in PEM, encrypted or not.
 * @throws SignError; what the library says about the key is left out, it could tell of its content.
 */
export function readPrivateKey(pem: Uint8Array, passphrase?: Uint8Array): KeyObject {
  if (passphrase === undefined && isEncryptedPem(pem))
    throw SignError.of('passphrase-missing', 'no passphrase was given');
  let key: KeyObject;
  try {
    key = createPrivateKey({
      key: Buffer.from(pem),
      format: 'pem',
      ...(passphrase === undefined ? {} : { passphrase: Buffer.from(passphrase) }),
    });
  } catch {
    const why = passphrase === undefined ? 'it is no private key in PEM' : 'wrong passphrase, or no private key in PEM';
    throw SignError.of('key-unreadable', why);
  }
  curveOf(key);
  return key;
}

/** True for a PEM whose key can only be had with a passphrase. */
export function isEncryptedPem(pem: Uint8Array): boolean {
  const text = Buffer.from(pem).toString('latin1');
  return text.includes('BEGIN ENCRYPTED PRIVATE KEY') || text.includes('Proc-Type: 4,ENCRYPTED');
}

/** Reads a public key in PEM. A private key is refused: nobody who verifies should hold one. @throws SignError. */
export function readPublicKey(pem: Uint8Array | string): KeyObject {
  const text = Buffer.from(pem as string).toString('latin1');
  if (text.includes('PRIVATE KEY')) throw SignError.of('key-unreadable', 'found a private key, a public one is needed');
  let key: KeyObject;
  try {
    key = createPublicKey({ key: text, format: 'pem' });
  } catch (error) {
    throw SignError.of('key-unreadable', 'it is no public key in PEM', error);
  }
  curveOf(key);
  return key;
}

/** How bundles name a key: SHA-256 of the PEM text of its SPKI, as the Python reference writes it, in hexadecimal. */
export function fingerprintOf(key: KeyObject): string {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  return createHash('sha256').update(publicPem(publicKey)).digest('hex');
}

export function publicPem(key: KeyObject): string {
  return String(key.export({ type: 'spki', format: 'pem' }));
}

/** A new key pair, in PEM; the private one is encrypted when there is a passphrase. */
export function newKeyPair(
  curve: CurveName,
  passphrase?: string | Uint8Array,
): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const encryption =
    passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase: Buffer.from(passphrase as string) };
  return {
    privatePem: String(privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption })),
    publicPem: publicPem(publicKey),
  };
}
