import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { type NoteSigner, noteSigner } from '../../src/ledger/signature.ts';
import { verifierKey } from '../../src/ledger/verifier-key.ts';
import type { LedgerOptions } from '../../src/store/open-store.ts';

const ORIGIN = 'ledger.test';

/** Bytes of the public key at the end of its SubjectPublicKeyInfo. */
const KEY_BYTES = { ed25519: 32, 'ml-dsa-44': 1312 } as const;
type KeyType = keyof typeof KEY_BYTES;

/** Private keys as PEM, so that another process can sign with them. */
export type LedgerPems = Readonly<Record<KeyType, string>>;

export function makeLedgerPems(): LedgerPems {
  const pem = (type: KeyType): string => {
    const { privateKey } = type === 'ed25519' ? generateKeyPairSync(type) : generateKeyPairSync(type);
    return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  };
  return { ed25519: pem('ed25519'), 'ml-dsa-44': pem('ml-dsa-44') };
}

/** With the signers at hand. */
export type SigningOptions = LedgerOptions & { readonly signers: readonly NoteSigner[] };

/** Two signers, as a server has them. */
export function makeLedgerOptions(more: Partial<SigningOptions> = {}, pems = makeLedgerPems()): SigningOptions {
  const signers = [makeSigner('ed25519', pems), makeSigner('ml-dsa-44', pems)];
  return { origin: ORIGIN, signers, signEveryMs: 20, ...more };
}

function makeSigner(type: KeyType, pems: LedgerPems): NoteSigner {
  const privateKey = createPrivateKey(pems[type]);
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const key = verifierKey(ORIGIN, type, new Uint8Array(der.subarray(-KEY_BYTES[type])));
  return noteSigner({ key, signBytes: (message) => sign(null, message, privateKey), clock: Date.now });
}
