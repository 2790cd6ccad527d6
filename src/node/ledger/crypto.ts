import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { HashFunction } from '../../ledger/hashing.ts';
import type { SignatureChecks } from '../../ledger/signature.ts';

/** SHA-256 of Node's own. */
export const nodeHash: HashFunction = (bytes) => hash('sha256', bytes, 'buffer');

/** Keys that were parsed before: a history is signed thousands of times by one key. */
const parsed = new WeakMap<Uint8Array, KeyObject>();

function keyOf(publicKey: Uint8Array, jwk: (encoded: string) => object): KeyObject {
  const known = parsed.get(publicKey);
  if (known !== undefined) return known;
  const encoded = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { ...jwk(encoded) }, format: 'jwk' });
  parsed.set(publicKey, key);
  return key;
}

/** Checks of Node's own. */
export const nodeChecks: SignatureChecks = {
  ed25519: (publicKey, message, signature) =>
    check(() => keyOf(publicKey, (x) => ({ kty: 'OKP', crv: 'Ed25519', x })), message, signature),
  mlDsa44: (publicKey, message, signature) =>
    check(() => keyOf(publicKey, (pub) => ({ kty: 'AKP', alg: 'ML-DSA-44', pub })), message, signature),
};

function check(key: () => KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, message, key(), signature);
  } catch {
    // A key that is none vouches for nothing.
    return false;
  }
}
