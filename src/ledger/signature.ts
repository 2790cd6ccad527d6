import { ed25519 } from '@noble/curves/ed25519.js';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import { parseCheckpoint } from './checkpoint-text.ts';
import { utf8 } from './encoding.ts';
import { LedgerError } from './errors.ts';
import type { Note, NoteSignature } from './note.ts';
import type { SignatureType, VerifierKey } from './verifier-key.ts';

type SignatureCheck = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** Checks of raw signatures. Those built in here run everywhere; Node's own are many times as fast. */
export interface SignatureChecks {
  readonly ed25519: SignatureCheck;
  readonly mlDsa44: SignatureCheck;
}

const never = (check: SignatureCheck): SignatureCheck => {
  return (publicKey, message, signature) => {
    try {
      return check(publicKey, message, signature);
    } catch {
      // A key that is no point of the curve, a signature of another length.
      return false;
    }
  };
};

export const portableChecks: SignatureChecks = {
  // RFC 8032 to the letter, as Node and Go check: not the laxer rules of ZIP 215.
  ed25519: never((publicKey, message, signature) => ed25519.verify(signature, message, publicKey, { zip215: false })),
  mlDsa44: never((publicKey, message, signature) => ml_dsa44.verify(signature, message, publicKey)),
};

/** Signs notes with one key. */
export interface NoteSigner {
  readonly key: VerifierKey;
  /** Signs the text of a note. */
  sign(text: string): NoteSignature;
}

export interface SignerOptions {
  readonly key: VerifierKey;
  /** The raw signature over bytes: Ed25519 (RFC 8032), or ML-DSA-44 (FIPS 204) with an empty context. */
  readonly signBytes: (message: Uint8Array) => Uint8Array;
  /** Milliseconds since 1970, for the types that sign a time. */
  readonly clock: () => number;
}

export function noteSigner({ key, signBytes, clock }: SignerOptions): NoteSigner {
  const { name, keyId, type } = key;
  return {
    key,
    sign(text) {
      const seconds = type === 'ed25519' ? null : Math.floor(clock() / 1000);
      const raw = signBytes(signedMessage(key, text, seconds));
      return { name, keyId, signature: seconds === null ? raw : withTime(seconds, raw) };
    },
  };
}

/** A signature that was checked and holds. */
export interface VerifiedSignature {
  readonly key: VerifierKey;
  /** Seconds since 1970 at which it was made, where the type says so. */
  readonly time: number | null;
}

/**
 * Checks the signatures by these keys; those by others say nothing, and are left out.
 * @throws LedgerError `signature-invalid` when one of a known key does not hold: then nothing of the note is to be
 * trusted (c2sp.org/signed-note, "Signatures").
 */
export function verifySignatures(
  { text, signatures }: Note,
  keys: readonly VerifierKey[],
  checks: SignatureChecks = portableChecks,
): VerifiedSignature[] {
  return signatures.flatMap((one) => {
    const key = keys.find(({ name, keyId }) => name === one.name && keyId === one.keyId);
    return key === undefined ? [] : [verifySignature(text, one, key, checks)];
  });
}

function verifySignature(
  text: string,
  { signature }: NoteSignature,
  key: VerifierKey,
  checks: SignatureChecks,
): VerifiedSignature {
  const time = key.type === 'ed25519' ? null : timeOf(signature);
  const raw = key.type === 'ed25519' ? signature : signature.subarray(TIME_BYTES);
  const check = key.type === 'ml-dsa-44' ? checks.mlDsa44 : checks.ed25519;
  const isRight = raw.length === SIGNATURE_BYTES[key.type] && (key.type === 'ed25519' || time !== null);
  if (!isRight || !check(key.publicKey, signedMessage(key, text, time), raw)) {
    throw LedgerError.of('signature-invalid', `that of ${key.name} (${key.type}) is not one of this text`);
  }
  return { key, time };
}

const TIME_BYTES = 8;
const SIGNATURE_BYTES: Readonly<Record<SignatureType, number>> = {
  ed25519: 64,
  'ed25519-cosignature': 64,
  'ml-dsa-44': 2420,
};

/** Seconds, or null when there are none or too many to count. */
function timeOf(signature: Uint8Array): number | null {
  if (signature.length < TIME_BYTES) return null;
  const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  return seconds <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seconds) : null;
}

function withTime(seconds: number, raw: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(TIME_BYTES + raw.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(seconds));
  bytes.set(raw, TIME_BYTES);
  return bytes;
}

/** What the raw signature is over. @throws LedgerError `malformed` when a type that needs one is given no checkpoint. */
function signedMessage(key: VerifierKey, text: string, seconds: number | null): Uint8Array {
  switch (key.type) {
    case 'ed25519':
      return utf8(text);
    case 'ed25519-cosignature':
      return utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
    case 'ml-dsa-44':
      return cosignedMessage(key.name, text, seconds ?? 0);
    default:
      return key.type satisfies never;
  }
}

const LABEL = utf8('subtree/v1\n\0');

/** The `cosigned_message` of c2sp.org/tlog-cosignature, from leaf 0. */
function cosignedMessage(cosigner: string, text: string, seconds: number): Uint8Array {
  const { origin, size, root } = parseCheckpoint(text);
  const [name, log] = [utf8(cosigner), utf8(origin)];
  if (log.length > 0xff) throw LedgerError.of('malformed', 'an origin longer than 255 bytes cannot be cosigned');
  const bytes = new Uint8Array(LABEL.length + 1 + name.length + 8 + 1 + log.length + 8 + 8 + root.length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (part: Uint8Array): void => {
    bytes.set(part, at);
    at += part.length;
  };
  const putNumber = (value: number): void => {
    view.setBigUint64(at, BigInt(value));
    at += 8;
  };
  put(LABEL);
  put(Uint8Array.of(name.length));
  put(name);
  putNumber(seconds);
  put(Uint8Array.of(log.length));
  put(log);
  putNumber(0);
  putNumber(size);
  put(root);
  return bytes;
}
