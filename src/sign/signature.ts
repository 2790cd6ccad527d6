import { sign, verify, type KeyObject } from 'node:crypto';
import { IN_TOTO_PAYLOAD_TYPE, legacyPreAuthEncoding, preAuthEncoding } from './dsse.ts';
import { curveOf } from './keys.ts';

/** ECDSA over a payload's encoding, with the hash that goes with the key's curve; DER, as bundles hold it. */
export function signPayload(key: KeyObject, payload: Uint8Array): Buffer {
  return sign(curveOf(key).hash, preAuthEncoding(IN_TOTO_PAYLOAD_TYPE, payload), key);
}

/** Whether a signature is of these bytes, by this key. */
export function verifies(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  return verifiesWith(curveOf(key).hash, { key, bytes, signature });
}

/** The same for a payload; with `isLegacy`, also as version 0.2 of the Python reference signed it. */
export function verifiesPayload(
  key: KeyObject,
  {
    payload,
    signature,
    isLegacy,
  }: { readonly payload: Uint8Array; readonly signature: Uint8Array; readonly isLegacy: boolean },
): boolean {
  if (verifies(key, preAuthEncoding(IN_TOTO_PAYLOAD_TYPE, payload), signature)) return true;
  if (!isLegacy) return false;
  const bytes = legacyPreAuthEncoding(IN_TOTO_PAYLOAD_TYPE, payload);
  // That version signed with SHA-256 whatever the curve, when it signed with a certificate.
  return ['sha256', curveOf(key).hash].some((hash) => verifiesWith(hash, { key, bytes, signature }));
}

interface Signed {
  readonly key: KeyObject;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

function verifiesWith(hash: string, { key, bytes, signature }: Signed): boolean {
  try {
    return verify(hash, bytes, key, signature);
  } catch {
    return false;
  }
}
