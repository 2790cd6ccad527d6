import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { LedgerError } from '../../ledger/errors.ts';
import { type NoteSigner, noteSigner } from '../../ledger/signature.ts';
import { type SignatureType, type VerifierKey, verifierKey } from '../../ledger/verifier-key.ts';
import { OutputFile } from '../output-file.ts';
import { readSecretFile } from '../sign/read-small-file.ts';
import { type LedgerAlgorithm, ledgerAlgorithms } from './algorithms.ts';

/** Who signs with a key: the log its checkpoints, or a witness those of others, with the time. */
type KeyRole = 'log' | 'witness';

const SECRET_MODE = 0o600;
const MAX_KEY_FILE_BYTES = 16 * 1024;
const SPKI_PREFIX_BYTES: Readonly<Record<LedgerAlgorithm, number>> = { ed25519: 12, 'ml-dsa-44': 22 };

/** Writes a new private key as PEM (PKCS#8), for its owner only. @throws WriteError when something is there already. */
export function createKeyFile(file: string, algorithm: LedgerAlgorithm): void {
  const pem = newPem(algorithm);
  const output = OutputFile.create(file, { exclusive: true, mode: SECRET_MODE });
  try {
    output.append(Buffer.from(pem));
    output.commit();
  } finally {
    output.discard();
  }
}

function newPem(algorithm: LedgerAlgorithm): string {
  const { privateKey } = algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export interface SignerFileOptions {
  /** Key name: the origin of the log, or the name of the witness. */
  readonly name: string;
  readonly role: KeyRole;
  /** Milliseconds since 1970. */
  readonly clock?: (() => number) | undefined;
}

/**
 * Signs with the key of a file.
 * @throws LedgerError `key-unreadable`; SignError `key-permissions` when others can read it; ReadError.
 */
export function loadNoteSigner(file: string, { name, role, clock = Date.now }: SignerFileOptions): NoteSigner {
  const secret = readKey(file);
  const algorithm = algorithmOf(secret, file);
  return noteSigner({
    key: publicPart(secret, algorithm, name, role),
    signBytes: (message) => new Uint8Array(sign(null, message, secret)),
    clock,
  });
}

function readKey(file: string): KeyObject {
  const pem = readSecretFile(file, MAX_KEY_FILE_BYTES);
  try {
    return createPrivateKey(Buffer.from(pem));
  } catch {
    // The reason may quote the file.
    throw LedgerError.of('key-unreadable', `${file} holds no private key in PEM`);
  }
}

function algorithmOf({ asymmetricKeyType }: KeyObject, file: string): LedgerAlgorithm {
  const found = ledgerAlgorithms.find((one) => one === asymmetricKeyType);
  if (found !== undefined) return found;
  const expected = ledgerAlgorithms.join(' or ');
  throw LedgerError.of('key-unreadable', `${file} holds a key of type ${asymmetricKeyType}, ${expected} is needed`);
}

function publicPart(secret: KeyObject, algorithm: LedgerAlgorithm, name: string, role: KeyRole): VerifierKey {
  const spki = createPublicKey(secret).export({ type: 'spki', format: 'der' });
  // The key itself is the end of its description: RFC 8410, RFC 9881.
  const raw = new Uint8Array(spki.subarray(SPKI_PREFIX_BYTES[algorithm]));
  return verifierKey(name, signatureTypeOf(algorithm, role), raw);
}

/** ML-DSA-44 signs a time in either role; Ed25519 does as a witness only. */
function signatureTypeOf(algorithm: LedgerAlgorithm, role: KeyRole): SignatureType {
  return algorithm === 'ed25519' && role === 'witness' ? 'ed25519-cosignature' : algorithm;
}
