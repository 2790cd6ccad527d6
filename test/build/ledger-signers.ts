import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type NoteSigner, noteSigner } from '../../src/ledger/signature.ts';
import { type SignatureType, verifierKey } from '../../src/ledger/verifier-key.ts';
import type { LedgerOptions } from '../../src/store/open-store.ts';

const ORIGIN = 'ledger.test';

/** Bytes of the public key at the end of its SubjectPublicKeyInfo. */
const KEY_BYTES = { ed25519: 32, 'ml-dsa-44': 1312 } as const;

/** Two signers with keys of their own, as a server has them. */
export function makeLedgerOptions(more: Partial<LedgerOptions> = {}): LedgerOptions {
  return { origin: ORIGIN, signers: [makeSigner('ed25519'), makeSigner('ml-dsa-44')], signEveryMs: 20, ...more };
}

function makeSigner(type: 'ed25519' | 'ml-dsa-44'): NoteSigner {
  const { publicKey, privateKey } = makePair(type);
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const key = verifierKey(ORIGIN, type satisfies SignatureType, new Uint8Array(der.subarray(-KEY_BYTES[type])));
  return noteSigner({ key, signBytes: (message) => sign(null, message, privateKey), clock: Date.now });
}

function makePair(type: 'ed25519' | 'ml-dsa-44'): { publicKey: KeyObject; privateKey: KeyObject } {
  return type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44');
}
